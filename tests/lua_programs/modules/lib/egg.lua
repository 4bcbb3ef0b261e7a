return require "lib.hen"
