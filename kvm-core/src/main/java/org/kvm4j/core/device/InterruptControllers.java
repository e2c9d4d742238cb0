package org.kvm4j.core.device;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.bus.Target;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.irq.MsiMessage;

/**
 * The devices that are interrupt controllers, between the lines and the processors.
 *
 * <p>Threading: {@link #setLine} one call at a time per GSI; {@code add} and {@code remove} by one
 * thread, while vCPUs and the clock stand; all else any thread. Nothing here makes garbage.
 */
public final class InterruptControllers {

  /** From {@link #acknowledge}: nobody announces an interrupt any more. */
  public static final int NO_VECTOR = -1;

  private static final int LAST_VECTOR = 255;

  private final AtomicIntegerArray levels = new AtomicIntegerArray(LineMixer.GSI_COUNT);
  private volatile Member[] members = {};
  private Optional<InterruptOutput> processors = Optional.empty();

  /** INTR, which several controllers may drive. */
  private final LineMixer.Wire intr = new LineMixer.Wire((gsi, high) -> processors().intr(high), 0);

  InterruptControllers() {}

  /**
   * Allows devices to be interrupt controllers; call it before they are added.
   *
   * @param output where their interrupts go
   */
  public void connectTo(InterruptOutput output) {
    processors = Optional.of(output);
  }

  /**
   * A local APIC's end of interrupt, for all controllers.
   *
   * @param vector 0 to 255
   */
  public void endOfInterrupt(int vector) {
    for (Member member : members) {
      member.endOfInterrupt(vector);
    }
  }

  /** The vector of a controller that holds INTR high, or {@link #NO_VECTOR}. */
  public int acknowledge() {
    for (Member member : members) {
      if (member.intr.isHigh()) {
        return member.acknowledge();
      }
    }
    return NO_VECTOR;
  }

  void setLine(int gsi, boolean high) {
    levels.set(gsi, high ? 1 : 0);
    for (Member member : members) {
      member.setLine(gsi, high);
    }
  }

  /**
   * A device that wants to be one, not told of anything yet.
   *
   * @throws DeviceConfigurationException if the VM has no place for one
   */
  Member member(String deviceId, DeviceGuard guard, InterruptController controller) {
    Objects.requireNonNull(controller, "controller");
    if (processors.isEmpty()) {
      throw new DeviceConfigurationException(
          "Device %s: the interrupt controllers are KVM's own. Leave it out, or use --irqchip split."
              .formatted(deviceId));
    }
    return new Member(guard, controller);
  }

  /** From now on it is told of lines, first of those that are high by now. */
  void add(Member member) {
    Member[] more = new Member[members.length + 1];
    System.arraycopy(members, 0, more, 0, members.length);
    more[members.length] = member;
    members = more;
    for (int gsi = 0; gsi < LineMixer.GSI_COUNT; gsi++) {
      int told;
      do { // a stream's thread may change it meanwhile
        told = levels.get(gsi);
        member.setLine(gsi, told != 0);
      } while (told != levels.get(gsi));
    }
  }

  /** It is told of nothing any more; nothing happens if it is not among them. */
  void remove(Member member) {
    int kept = 0;
    Member[] fewer = new Member[members.length];
    for (Member each : members) {
      if (each != member) {
        fewer[kept++] = each;
      }
    }
    members = Arrays.copyOf(fewer, kept);
  }

  private InterruptOutput processors() {
    return processors.orElseThrow();
  }

  /** One controller, its calls guarded like those of handlers. */
  final class Member {

    private final DeviceGuard guard;
    private final LineMixer.Source intr = InterruptControllers.this.intr.newSource();
    private final Target lines;
    private final Target ends;

    private Member(DeviceGuard guard, InterruptController controller) {
      this.guard = guard;
      lines = Target.of(new Inputs(controller));
      ends = Target.of(new Ends(controller));
    }

    LineMixer.Source intr() {
      return intr;
    }

    void route(int pin, MsiMessage message) {
      processors().route(pin, message);
    }

    boolean send(int pin) {
      return processors().send(pin);
    }

    void setLine(int gsi, boolean high) {
      guard.write(lines, "a change of an interrupt line", gsi, gsi, 0, high ? 1 : 0);
    }

    private void endOfInterrupt(int vector) {
      guard.write(ends, "an end of interrupt", vector, vector, 0, 0);
    }

    private int acknowledge() {
      return (int) guard.read(lines, "an interrupt acknowledge", 0, 0, 0);
    }
  }

  /** Lines as writes, an acknowledge as a read: what a guard can guard without garbage. */
  private record Inputs(InterruptController controller) implements PioHandler {
    @Override
    public int read(int offset, int size) {
      int vector = controller.acknowledge();
      if (vector < 0 || vector > LAST_VECTOR) {
        throw new IllegalStateException("there is no vector " + vector);
      }
      return vector;
    }

    @Override
    public void write(int gsi, int size, int level) {
      controller.setLine(gsi, level != 0);
    }
  }

  /** Ends of interrupts as writes. */
  private record Ends(InterruptController controller) implements PioHandler {
    @Override
    public int read(int offset, int size) {
      return NO_VECTOR;
    }

    @Override
    public void write(int vector, int size, int value) {
      controller.endOfInterrupt(vector);
    }
  }
}
