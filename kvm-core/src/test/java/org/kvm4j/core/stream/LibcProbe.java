package org.kvm4j.core.stream;

import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;

/** The real system calls, and what the latest poll waits for. */
final class LibcProbe {

  final Syscalls libc =
      mock(
          Syscalls.class,
          withSettings().defaultAnswer(delegatesTo(NativeLibc.INSTANCE)).stubOnly());

  private volatile int acceptErrno;
  private volatile Wait latest = new Wait(0, List.of());

  private record Wait(int timeoutMillis, List<Integer> fds) {}

  LibcProbe() {
    doAnswer(
            call -> {
              ByteBuffer pollFds = call.getArgument(0);
              int count = call.getArgument(1);
              if (count > 1) { // else it is a look at one descriptor
                List<Integer> fds =
                    IntStream.range(0, count).mapToObj(slot -> pollFds.getInt(slot * 8)).toList();
                latest = new Wait(call.getArgument(2), fds);
              }
              return NativeLibc.INSTANCE.poll(pollFds, count, call.getArgument(2));
            })
        .when(libc)
        .poll(any(), anyInt(), anyInt());
    doAnswer(
            call ->
                acceptErrno == 0 ? NativeLibc.INSTANCE.accept(call.getArgument(0)) : -acceptErrno)
        .when(libc)
        .accept(anyInt());
  }

  /** Lets accept fail from now on; 0 lets it succeed again. */
  void acceptFailsWith(int errno) {
    acceptErrno = errno;
  }

  /** Whether the thread waits for its wake-up alone, for this long. A spinning one never does. */
  boolean waitsForWakeUpAlone(int timeoutMillis) {
    Wait wait = latest;
    return wait.timeoutMillis == timeoutMillis
        && !wait.fds.isEmpty()
        && wait.fds.get(0) >= 0
        && wait.fds.stream().skip(1).allMatch(fd -> fd == PollSet.NONE);
  }

  /** Whether the thread polls with a limit. */
  boolean waitsForAWhile() {
    return latest.timeoutMillis > 0;
  }

  /** Whether the thread polls, but not for input. */
  boolean ignoresInput() {
    Wait wait = latest;
    return !wait.fds.isEmpty() && wait.fds.get(1) == PollSet.NONE;
  }

  /** Whether the thread waits for input. */
  boolean waitsForInput() {
    Wait wait = latest;
    return !wait.fds.isEmpty() && wait.fds.get(1) >= 0;
  }
}
