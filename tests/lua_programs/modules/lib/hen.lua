local egg = require "lib.egg" return egg
