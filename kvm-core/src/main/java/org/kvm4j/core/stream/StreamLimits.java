package org.kvm4j.core.stream;

import java.time.Duration;

/**
 * The bounds of a stream.
 *
 * @param outputBytes that may wait for the host
 * @param inputBytes that may wait for the device
 * @param stalledFlush how long the host may take nothing while the stream closes
 * @param wholeFlush how long sending the rest may take in all, for a host that takes it in drips
 */
record StreamLimits(int outputBytes, int inputBytes, Duration stalledFlush, Duration wholeFlush) {

  static final StreamLimits DEFAULT =
      new StreamLimits(64 << 10, 4 << 10, Duration.ofSeconds(1), Duration.ofSeconds(5));
}
