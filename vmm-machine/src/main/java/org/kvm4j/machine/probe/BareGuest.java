package org.kvm4j.machine.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.kvm4j.machine.Boot;
import org.kvm4j.machine.MachineConfig;

/**
 * A guest of under 1 KiB that runs on every KVM: it prints a greeting and twenty timer ticks on the
 * first serial port, then switches the machine off by ACPI.
 *
 * <p>Its source is src/main/guest/bare.S. It needs the standard devices {@code serial}, {@code pit}
 * and {@code acpi-pm}, and takes a quarter of a second.
 */
public final class BareGuest {

  private static final String RESOURCE = "bare.bin";
  private static final long MEMORY_BYTES = 16 << 20;

  private BareGuest() {}

  /** A PC with the standard devices and this guest. */
  public static MachineConfig config() {
    return MachineConfig.standard(MEMORY_BYTES, 1, new Boot.Flat(code()));
  }

  /** The machine code, linked for {@link Boot.Flat#ADDRESS}. */
  static byte[] code() {
    try (InputStream in = BareGuest.class.getResourceAsStream(RESOURCE)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }
}
