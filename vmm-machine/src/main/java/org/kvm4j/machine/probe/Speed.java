package org.kvm4j.machine.probe;

/**
 * How fast guests run.
 *
 * @param instructionsPerSecond at CPL 0, of a loop that stays in registers
 * @param portAccessNanos from guest to Java and back, the median of several batches
 */
public record Speed(long instructionsPerSecond, long portAccessNanos) {}
