package org.kvm4j.event;

/** Answers to exits that ask for one. */
public interface ExitReply {}
