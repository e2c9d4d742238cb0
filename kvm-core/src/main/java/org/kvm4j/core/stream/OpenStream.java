package org.kvm4j.core.stream;

import java.util.Optional;
import org.kvm4j.device.HostStream;

/**
 * A host stream with its owner's side: what to tell the user, and the end.
 *
 * <p>Threading: any thread.
 */
public interface OpenStream extends HostStream, AutoCloseable {

  /** Where the stream leads, for the user: {@code connect with e.g. screen /dev/pts/5}. */
  String description();

  /** The bytes of output that were meant for the host and will not reach it. */
  long discardedBytes();

  /** The host's side of a {@code memory} stream; empty for every other kind. */
  default Optional<MemoryEnd> memoryEnd() {
    return Optional.empty();
  }

  /**
   * Sends what is pending, then gives up every thread, descriptor and file that the stream made;
   * idempotent.
   *
   * <p>Returns after at most a few seconds, whatever the host does; output that the host does not
   * take for a second is discarded. What the device writes afterwards is discarded, too. Call it
   * without the device's lock: the stream's thread may be waiting for that lock to run the {@link
   * #onReady} task.
   */
  @Override
  void close();
}
