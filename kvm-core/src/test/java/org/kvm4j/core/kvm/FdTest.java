package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_API_VERSION;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import org.junit.jupiter.api.Test;
import org.kvm4j.core.sys.Syscalls;

/** A number may be another file's the moment it is closed, so no call may carry it then. */
final class FdTest {

  private static final int NUMBER = 7;

  private final Syscalls sys = mock(Syscalls.class);
  private final Fd fd = Fd.system(sys, NUMBER, "/dev/kvm");

  @Test
  void closingDuringACall_closesAfterIt() {
    when(sys.ioctl(anyInt(), anyLong(), anyLong()))
        .then(
            call -> {
              fd.close(); // as another thread would
              verify(sys, never()).close(anyInt());
              assertThrows(IllegalStateException.class, fd::requireOpen);
              return 12;
            });

    assertEquals(12, fd.ioctl(KVM_GET_API_VERSION, 0));

    verify(sys).close(NUMBER);
  }

  @Test
  void closingDuringTwoCalls_closesAfterTheLast() {
    when(sys.ioctl(anyInt(), anyLong(), anyLong()))
        .then(
            call -> {
              fd.ioctl(KVM_GET_API_VERSION, 0);
              verify(sys, never()).close(anyInt());
              return 12;
            })
        .then(
            call -> {
              fd.close();
              return 12;
            });

    fd.ioctl(KVM_GET_API_VERSION, 0);

    verify(sys).close(NUMBER);
  }

  @Test
  void aCallAfterClose_reachesNoKernel() {
    fd.close();
    fd.close();

    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> fd.ioctl(KVM_GET_API_VERSION, 0));

    assertEquals("/dev/kvm is closed", refused.getMessage());
    verify(sys, times(1)).close(NUMBER);
    verify(sys, never()).ioctl(anyInt(), anyLong(), anyLong());
  }

  @Test
  void aCallThatThrows_isOverToo() {
    when(sys.ioctl(anyInt(), anyLong(), anyLong())).thenThrow(new ArithmeticException());
    assertThrows(ArithmeticException.class, () -> fd.ioctl(KVM_GET_API_VERSION, 0));

    fd.close();

    verify(sys).close(NUMBER);
  }
}
