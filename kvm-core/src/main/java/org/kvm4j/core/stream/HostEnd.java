package org.kvm4j.core.stream;

import static org.kvm4j.core.sys.PollSet.NONE;

import org.kvm4j.core.sys.PollSet;

/**
 * The host's end of a stream: descriptors, which may come and go.
 *
 * <p>Threading: the pump's thread alone, once it runs.
 */
interface HostEnd {

  /** For the user: see {@link OpenStream#description}. */
  String description();

  /** Where input comes from now, or {@link PollSet#NONE}. */
  default int inputFd() {
    return NONE;
  }

  /** Where output goes now, or {@link PollSet#NONE}. */
  default int outputFd() {
    return NONE;
  }

  /** Whether somebody may still come while there is no {@link #outputFd}. */
  default boolean awaitsPeer() {
    return false;
  }

  /** A descriptor that becomes readable when somebody comes, or {@link PollSet#NONE}. */
  default int peerFd() {
    return NONE;
  }

  /** How often to look whether somebody came where no descriptor tells; -1 for never. */
  default int peerCheckMillis() {
    return -1;
  }

  /** Looks whether somebody came. */
  default void checkPeer() {}

  /**
   * Takes note that there is no more input for now.
   *
   * @param errno 0 at the end of the input
   */
  void inputEnded(int errno);

  /** Takes note that output is not taken any more. */
  void outputFailed(int errno);

  /** Closes and removes what the end made. */
  void close();
}
