package org.kvm4j.devices.irqchip;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.resource.FixedResource;

/** The 82093AA: a window of two registers onto all others, and the later EOI register. */
final class Ioapic implements Device, InterruptController, MmioHandler {

  private static final long BASE = 0xfec0_0000L;
  private static final int LENGTH = 0x1000;
  static final List<FixedResource> RESOURCES = List.of(FixedResource.addresses(BASE, LENGTH));

  private static final int PINS = 24;

  private static final int IOREGSEL = 0x00;
  private static final int IOWIN = 0x10;
  private static final int EOIR = 0x40;

  private static final int IOAPICID = 0x00;
  private static final int IOAPICVER = 0x01;
  private static final int IOAPICARB = 0x02;
  private static final int IOREDTBL = 0x10;

  /** The first version that has an EOI register, and the number of the last pin. */
  private static final int VERSION = 0x20 | (PINS - 1) << 16;

  private static final int ID = 0x0f00_0000;
  private static final int ID_SHIFT = 24;
  private static final int BYTE = 0xff;

  private final List<Pin> pins;
  private int ioregsel;
  private int id;

  private Ioapic(DeviceContext context) {
    InterruptOutput output = context.interruptController(this);
    pins = IntStream.range(0, PINS).mapToObj(number -> new Pin(number, output)).toList();
    context.mmio().register(BASE, LENGTH, this);
  }

  static Device create(DeviceContext context) {
    return new Ioapic(context);
  }

  @Override
  public void setLine(int gsi, boolean high) {
    pins.get(gsi).set(high);
  }

  @Override
  public void endOfInterrupt(int vector) {
    for (int number = 0; number < PINS; number++) {
      pins.get(number).endOfInterrupt(vector);
    }
  }

  @Override
  public long read(long offset, int size) {
    if (offset == IOREGSEL) {
      return ioregsel;
    }
    return offset == IOWIN ? readRegister() : 0;
  }

  @Override
  public void write(long offset, int size, long value) {
    if (offset == IOREGSEL) {
      ioregsel = (int) value & BYTE;
    } else if (offset == IOWIN) {
      writeRegister((int) value);
    } else if (offset == EOIR) {
      endOfInterrupt((int) value & BYTE);
    }
  }

  private int readRegister() {
    if (isRedirection()) {
      return isHigh() ? pin().readHigh() : pin().readLow();
    }
    return switch (ioregsel) {
      case IOAPICID, IOAPICARB -> id; // the arbitration ID takes the ID over
      case IOAPICVER -> VERSION;
      default -> 0;
    };
  }

  private void writeRegister(int value) {
    if (isRedirection()) {
      if (isHigh()) {
        pin().writeHigh(value);
      } else {
        pin().writeLow(value);
      }
    } else if (ioregsel == IOAPICID) {
      id = value & ID;
    }
  }

  private boolean isRedirection() {
    return ioregsel >= IOREDTBL && ioregsel < IOREDTBL + 2 * PINS;
  }

  private boolean isHigh() {
    return (ioregsel & 1) != 0;
  }

  private Pin pin() {
    return pins.get((ioregsel - IOREDTBL) / 2);
  }

  @Override
  public void reset() {
    ioregsel = 0;
    id = 0;
    pins.forEach(Pin::reset);
  }

  @Override
  public void save(StateWriter out) {
    ByteBuffer entries = ByteBuffer.allocate(PINS * Long.BYTES);
    int asserted = 0;
    for (int number = 0; number < PINS; number++) {
      entries.putLong(pins.get(number).entry());
      asserted |= pins.get(number).isAsserted() ? 1 << number : 0;
    }
    out.put("ioregsel", ioregsel)
        .put("id", id >> ID_SHIFT)
        .put("ioredtbl", entries.array())
        .put("asserted", asserted);
  }

  @Override
  public void restore(StateReader in) {
    int newIoregsel = in.intValue("ioregsel", 0, BYTE);
    int newId = in.intValue("id", 0, ID >> ID_SHIFT);
    ByteBuffer entries = ByteBuffer.wrap(in.bytesExactly("ioredtbl", PINS * Long.BYTES));
    int asserted = in.intValue("asserted", 0, (1 << PINS) - 1);
    for (int number = 0; number < PINS; number++) {
      Pin.check(entries.getLong(number * Long.BYTES));
    }
    ioregsel = newIoregsel;
    id = newId << ID_SHIFT;
    for (int number = 0; number < PINS; number++) {
      pins.get(number).restore(entries.getLong(), (asserted >> number & 1) != 0);
    }
  }
}
