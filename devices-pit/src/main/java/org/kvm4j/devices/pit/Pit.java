package org.kvm4j.devices.pit;

import java.util.ArrayList;
import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.resource.FixedResource;

/** The 8254 and port B, wired as on a PC. */
final class Pit implements Device {

  static final int COUNTER_PORTS = 4;
  private static final int COUNTERS = 3;

  private final InputClock inputClock;
  private final I8254 chip = new I8254();
  private final SystemControlPortB portB = new SystemControlPortB(chip.counter(2));
  private final InterruptOutput interrupt;

  Pit(DeviceContext context, int base, int irq, int speakerPort) {
    inputClock = new InputClock(context.clock());
    interrupt =
        new InterruptOutput(
            chip.counter(0), inputClock, context.interruptLine(irq), context::timer);
    context.pio().register(base, COUNTER_PORTS, new Ports(chip));
    context.pio().register(speakerPort, 1, new Ports(portB));
    context
        .firmware()
        .acpiDevice(
            AcpiDevice.of(
                "TIMR",
                "PNP0100",
                FixedResource.ports(base, COUNTER_PORTS),
                FixedResource.interrupt(irq)));
  }

  @Override
  public void reset() {
    chip.reset();
    portB.reset();
    interrupt.reset();
  }

  @Override
  public void save(StateWriter out) {
    long now = inputClock.pulse();
    for (int i = 0; i < COUNTERS; i++) {
      chip.counter(i).save(now).write("counter" + i, out);
    }
    out.put("portB", portB.bits());
    interrupt.save(now, out);
  }

  @Override
  public void restore(StateReader in) {
    int portBits = in.intValue("portB", 0, SystemControlPortB.WRITABLE);
    boolean gate2 = (portBits & SystemControlPortB.TIMER_2_GATE) != 0;
    boolean[] gates = {true, true, gate2};
    List<CounterState> states = new ArrayList<>();
    for (int i = 0; i < COUNTERS; i++) {
      states.add(CounterState.read("counter" + i, in, gates[i]));
    }
    InterruptOutput.State interruptState = InterruptOutput.State.read(in);

    long now = inputClock.pulse();
    for (int i = 0; i < COUNTERS; i++) {
      chip.counter(i).restore(states.get(i), gates[i], now);
    }
    portB.restore(portBits);
    interrupt.restore(interruptState, now);
  }

  /** Connects registers to ports: the interrupt line is up to date around every access. */
  private final class Ports implements PioHandler {

    private final ChipRegisters registers;

    Ports(ChipRegisters registers) {
      this.registers = registers;
    }

    @Override
    public int read(int offset, int size) {
      long now = inputClock.pulse();
      interrupt.update(now);
      return registers.read(offset, now);
    }

    @Override
    public void write(int offset, int size, int value) {
      long now = inputClock.pulse();
      interrupt.update(now);
      registers.write(offset, value & 0xff, now);
      interrupt.update(now);
    }

    @Override
    public int maxAccessBytes() {
      return 1;
    }
  }
}
