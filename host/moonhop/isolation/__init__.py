"""Processes in OS processes of their own: what cannot be interrupted ends by killing its child.

proxy    in the worker (or `moonhop exec`), stands where a Process stands
nursery  gives children out: a handle on the zygote
zygote   an OS process with one thread and everything imported, which forks the children
child    a child's side: a real Process, driven over a socket
wire     the messages between proxy and child
"""
