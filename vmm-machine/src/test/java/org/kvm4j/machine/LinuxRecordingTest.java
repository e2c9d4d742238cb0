package org.kvm4j.machine;

import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.testkit.Replay;

class LinuxRecordingTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"serial", "pit", "rtc", "i8042", "acpi-pm", "pci-host", "pvpanic", "post-code"})
  void device_doesWhatItDidThen(String type) throws URISyntaxException {
    Replay.check(Path.of("/tmp/h3q/boot.rec"), DeviceCatalog.load().find(type).provider());
  }
}
