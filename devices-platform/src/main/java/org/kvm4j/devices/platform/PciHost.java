package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;
import org.kvm4j.resource.FixedResource;

/**
 * PCI's configuration ports with nothing but the host bridge behind them, and the chipset's reset
 * control register RST_CNT, which lies among them.
 *
 * <p>PCI Local Bus Specification 3.0, section 3.2.2.3.2, configuration mechanism #1. RST_CNT at
 * port 0xcf9 is byte 1 of CONFIG_ADDRESS, and only the width of an access tells the two apart.
 */
final class PciHost implements Device, PioHandler {

  private static final int BASE = 0xcf8;
  private static final int PORTS = 8;
  static final List<FixedResource> RESOURCES = List.of(FixedResource.ports(BASE, PORTS));

  /** Offset of the register that says what CONFIG_DATA shows; four bytes wide only. */
  private static final int CONFIG_ADDRESS = 0;

  /** Offset of the reset control register; one byte wide only. */
  private static final int RST_CNT = 1;

  /** Offset of the window of four bytes into a function's configuration space. */
  private static final int CONFIG_DATA = 4;

  private static final int ENABLE = 1 << 31;

  /** Bus, device, function and register; the lowest two bits are those of CONFIG_DATA's port. */
  private static final int ADDRESS_BITS = ENABLE | 0xff_fffc;

  private static final int REGISTER_BITS = 0xfc;

  /** Full rather than soft reset; here both are the same. */
  private static final int SYS_RST = 1 << 1;

  /** Going from 0 to 1 resets. */
  private static final int RST_CPU = 1 << 2;

  /** Also cut the power for a while; here stored only. */
  private static final int FULL_RST = 1 << 3;

  private static final int WRITABLE = SYS_RST | RST_CPU | FULL_RST;

  private static final int ALL_ONES = 0xffff_ffff;

  private final VmControl control;
  private int configAddress;
  private int rstCnt;

  private PciHost(VmControl control) {
    this.control = control;
  }

  static Device create(DeviceContext context) {
    PciHost device = new PciHost(context.control());
    context.pio().register(BASE, PORTS, device);
    return device;
  }

  @Override
  public int read(int offset, int size) {
    if (offset == CONFIG_ADDRESS && size == 4) {
      return configAddress;
    }
    if (offset == RST_CNT && size == 1) {
      return rstCnt;
    }
    if (offset >= CONFIG_DATA && isHostBridge()) {
      int shift = (offset - CONFIG_DATA) * Byte.SIZE;
      return hostBridge(configAddress & REGISTER_BITS) >>> shift;
    }
    return ALL_ONES;
  }

  @Override
  public void write(int offset, int size, int value) {
    if (offset == CONFIG_ADDRESS && size == 4) {
      configAddress = value & ADDRESS_BITS;
    } else if (offset == RST_CNT && size == 1) {
      writeResetControl(value);
    }
    // The host bridge has nothing to configure, and there is no other function.
  }

  @Override
  public void reset() {
    configAddress = 0;
    rstCnt = 0;
  }

  @Override
  public void save(StateWriter out) {
    out.put("config_address", configAddress >>> 2).put("rst_cnt", rstCnt);
  }

  @Override
  public void restore(StateReader in) {
    int newAddress = in.bits("config_address", ADDRESS_BITS >>> 2) << 2;
    rstCnt = in.bits("rst_cnt", WRITABLE);
    configAddress = newAddress;
  }

  private void writeResetControl(int value) {
    boolean rises = (value & ~rstCnt & RST_CPU) != 0;
    rstCnt = value & WRITABLE;
    if (rises) {
      control.request(VmEvent.RESET, "reset control register 0xcf9 = 0x%02x".formatted(value));
    }
  }

  /** Bus 0, device 0, function 0. */
  private boolean isHostBridge() {
    return (configAddress & ~REGISTER_BITS) == ENABLE;
  }

  /** The part of a configuration header that is not zero; section 6.1. */
  private static int hostBridge(int register) {
    return switch (register) {
      case 0x00 -> 0x0008_1b36; // device and vendor: a generic host bridge of Red Hat's
      case 0x08 -> 0x0600_0000; // class: host bridge
      default -> 0;
    };
  }
}
