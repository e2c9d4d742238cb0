package org.kvm4j.devices.platform;

import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;

/** The chipset's reset control register RST_CNT at port 0xcf9. */
final class ResetControl implements Device, PioHandler {

  /*
   * The register shares its port with byte 1 of PCI's CONFIG_ADDRESS at 0xcf8, and only the width
   * of the access tells them apart: one byte at 0xcf9 is the register, four bytes at 0xcf8 are the
   * address. With port 0xcf9 alone, the bus would split the latter, and a guest that looks for PCI
   * function 4 would reset the machine. So the device takes all four ports and answers everything
   * but the one byte as an unclaimed port does.
   */
  private static final int CONFIG_ADDRESS = 0xcf8;
  private static final int RST_CNT = 1;
  private static final int UNCLAIMED = 0xffff_ffff;

  /** Full rather than soft reset; here both are the same. */
  private static final int SYS_RST = 1 << 1;

  /** Going from 0 to 1 resets. */
  private static final int RST_CPU = 1 << 2;

  /** Also cut the power for a while; here stored only. */
  private static final int FULL_RST = 1 << 3;

  private static final int WRITABLE = SYS_RST | RST_CPU | FULL_RST;

  private final VmControl control;
  private int rstCnt;

  private ResetControl(VmControl control) {
    this.control = control;
  }

  static Device create(DeviceContext context) {
    ResetControl device = new ResetControl(context.control());
    context.pio().register(CONFIG_ADDRESS, 4, device);
    return device;
  }

  @Override
  public int read(int offset, int size) {
    return offset == RST_CNT && size == 1 ? rstCnt : UNCLAIMED;
  }

  @Override
  public void write(int offset, int size, int value) {
    if (offset != RST_CNT || size != 1) {
      return;
    }
    boolean rises = (value & ~rstCnt & RST_CPU) != 0;
    rstCnt = value & WRITABLE;
    if (rises) {
      control.request(VmEvent.RESET, "reset control register 0xcf9 = 0x%02x".formatted(value));
    }
  }

  @Override
  public void reset() {
    rstCnt = 0;
  }

  @Override
  public void save(StateWriter out) {
    out.put("rst_cnt", rstCnt);
  }

  @Override
  public void restore(StateReader in) {
    rstCnt = SavedBits.register(in, "rst_cnt", WRITABLE);
  }
}
