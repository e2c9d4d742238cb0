package org.kvm4j.devices.serial;

import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.kvm4j.testkit.Replay;

/** What Linux's 8250 driver did to a serial port, again on this one. */
class RecordedDriverTest {

  /**
   * Debian's kernel on QEMU's 16550A, made with tools/record-8250: the firmware's probe, console
   * output by polling, autoconfig, start-up with its tests of the transmitter interrupt, and output
   * by interrupts. (On COM1, the driver leaves its loop-back test out.) No answer differs, so that
   * none is exempted.
   */
  @Test
  void selfTestsOfLinux_getTheAnswersOfQemusUart() throws URISyntaxException {
    Replay.check(recording("linux-8250-on-qemu.rec.gz"), new SerialProvider());
  }

  private static Path recording(String name) throws URISyntaxException {
    return Path.of(RecordedDriverTest.class.getResource(name).toURI());
  }
}
