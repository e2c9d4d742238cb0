package org.kvm4j.io;

/** Guest writes that signal an eventfd instead of leaving the kernel. */
public interface IoEventFds {}
