package org.kvm4j.machine;

import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.testkit.Replay;

/** The devices do what they did when Debian's kernel booted on them. */
class LinuxRecordingTest {

  /**
   * Made with {@code tools/boot-linux KERNEL INITRD --memory 256M --record FILE --cmdline
   * 'console=ttyS0 panic=-1 lapic=notscdeadline nolapic_timer quiet loglevel=1 kvm4j.check'} inside
   * the emulated machine: from the calibration of the clocks by the timer to the power-off.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"serial", "pit", "rtc", "i8042", "acpi-pm", "pci-host", "pvpanic", "post-code"})
  void device_doesWhatItDidUnderLinux(String type) throws URISyntaxException {
    Path recording = Path.of(getClass().getResource("linux-boot.rec.gz").toURI());
    Replay.check(recording, DeviceCatalog.load().find(type).provider());
  }
}
