package org.kvm4j.devices.irqchip;

import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.resource.FixedResource;

/** Two 8259As, the slave's output at IR2 of the master, wired as on a PC/AT. */
final class Pic implements Device, InterruptController {

  private static final int MASTER = 0x20;
  private static final int SLAVE = 0xa0;
  private static final int ELCR = 0x4d0;
  private static final int CASCADE = 2;
  private static final int INPUTS = 8;

  /** The timer, the keyboard and the cascade are edge-triggered for ever. */
  private static final int MASTER_ELCR = 0xf8;

  /** The clock and the coprocessor are, too. */
  private static final int SLAVE_ELCR = 0xde;

  static final List<FixedResource> RESOURCES =
      List.of(
          FixedResource.ports(MASTER, 2),
          FixedResource.ports(SLAVE, 2),
          FixedResource.ports(ELCR, 2),
          FixedResource.interrupt(CASCADE));

  private final I8259 master = new I8259(1 << CASCADE, MASTER_ELCR);
  private final I8259 slave = new I8259(0, SLAVE_ELCR);
  private final InterruptOutput output;

  private Pic(DeviceContext context) {
    output = context.interruptController(this);
    context.pio().register(MASTER, 2, new ChipPorts(master));
    context.pio().register(SLAVE, 2, new ChipPorts(slave));
    context.pio().register(ELCR, 2, new ElcrPorts());
  }

  static Device create(DeviceContext context) {
    return new Pic(context);
  }

  @Override
  public void setLine(int gsi, boolean high) {
    if (gsi < INPUTS && gsi != CASCADE) {
      master.setInput(gsi, high);
    } else if (gsi >= INPUTS && gsi < 2 * INPUTS) {
      slave.setInput(gsi - INPUTS, high);
    }
    drive();
  }

  @Override
  public int acknowledge() {
    int level = master.acknowledge();
    int vector = level == CASCADE ? slave.vector(slave.acknowledge()) : master.vector(level);
    drive();
    return vector;
  }

  /** The slave's INT falls with every interrupt that is taken, so that each one is an edge. */
  private void drive() {
    if (slave.isRequesting()) {
      master.pulse(CASCADE);
    }
    announce();
  }

  private void announce() {
    output.intr(master.isRequesting());
  }

  @Override
  public void reset() {
    master.reset();
    slave.reset();
    drive();
  }

  @Override
  public void save(StateWriter out) {
    master.save("master", out);
    slave.save("slave", out);
  }

  @Override
  public void restore(StateReader in) {
    master.check("master", in);
    slave.check("slave", in);
    master.restore("master", in);
    slave.restore("slave", in);
    announce();
  }

  /** A0 is the lowest bit of the port. */
  private final class ChipPorts implements PioHandler {

    private final I8259 chip;

    ChipPorts(I8259 chip) {
      this.chip = chip;
    }

    @Override
    public int read(int offset, int size) {
      int value = chip.read(offset);
      drive(); // a poll takes an interrupt
      return value;
    }

    @Override
    public void write(int offset, int size, int value) {
      boolean initialising = chip.isInitialising();
      chip.write(offset, value & 0xff);
      if (initialising || chip.isInitialising()) {
        announce(); // a slave's INT that was high all along is no edge for a master that begins
      } else {
        drive();
      }
    }

    @Override
    public int maxAccessBytes() {
      return 1;
    }
  }

  /** The edge/level control registers, one for each chip. */
  private final class ElcrPorts implements PioHandler {

    @Override
    public int read(int offset, int size) {
      return chip(offset).readElcr();
    }

    @Override
    public void write(int offset, int size, int value) {
      chip(offset).writeElcr(value & 0xff);
      drive();
    }

    private I8259 chip(int offset) {
      return offset == 0 ? master : slave;
    }

    @Override
    public int maxAccessBytes() {
      return 1;
    }
  }
}
