package org.kvm4j.devices.platform;

import static org.kvm4j.devices.platform.RtcDivider.SECOND_SHIFT;
import static org.kvm4j.devices.platform.RtcDivider.TICKS_PER_SECOND;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmTimer;
import org.kvm4j.resource.FixedResource;

/**
 * The real-time clock MC146818A behind the index and data ports of a PC.
 *
 * <p>Nothing runs between accesses: the calendar and the flags are worked out from the {@link
 * RtcDivider} when they are looked at, and one timer is armed for the next interrupt that is
 * enabled and not yet pending.
 */
final class Rtc implements Device, PioHandler {

  static final DeviceOption<Integer> IRQ =
      DeviceOption.interrupt("irq", "8", "GSI of the interrupt");
  static final DeviceOption<Long> MEMORY_BELOW_4G =
      bytes("memory-below-4g", 1L << 32, "RAM below 4 GiB in bytes, for the CMOS size fields");
  static final DeviceOption<Long> MEMORY_ABOVE_4G =
      bytes("memory-above-4g", 1L << 40, "RAM from 4 GiB in bytes, for the CMOS size fields");
  static final DeviceOption<Integer> CPUS =
      DeviceOption.number("cpus", 1, 256, 1, "number of CPUs, for the CMOS count");

  // Ports, from the base
  private static final int BASE = 0x70;
  private static final int PORTS = 2;
  static final List<FixedResource> RESOURCES = List.of(FixedResource.ports(BASE, PORTS));
  private static final int INDEX = 0;
  private static final int INDEX_MASK = 0x7f; // bit 7 masks the NMI, which nothing raises here
  private static final int UNREADABLE = 0xff;

  // Registers besides the calendar, the alarm and the RAM
  private static final int RTC_REG_A = 10;
  private static final int RTC_REG_B = 11;
  private static final int RTC_REG_C = 12;
  private static final int RTC_REG_D = 13;
  private static final int CMOS_SIZE = 128;

  // Register A
  private static final int RTC_UIP = 0x80;
  private static final int RTC_DIV_CTL = 0x70;
  private static final int RTC_REF_CLCK_32KHZ = 0x20;
  private static final int RTC_RATE_SELECT = 0x0f;
  private static final int REG_A_DEFAULT = RTC_REF_CLCK_32KHZ | 0x06; // as PC firmware leaves it

  // Register B
  private static final int RTC_SET = 0x80;
  private static final int RTC_UIE = 0x10;
  private static final int RTC_DM_BINARY = 0x04;
  private static final int RTC_24H = 0x02;

  // Register C; the enable bits in register B have the same places
  private static final int RTC_IRQF = 0x80;
  private static final int RTC_PF = 0x40;
  private static final int RTC_AF = 0x20;
  private static final int RTC_UF = 0x10;
  private static final int FLAGS = RTC_PF | RTC_AF | RTC_UF;

  // Register D
  private static final int RTC_VRT = 0x80; // the battery is good

  /** UIP rises 244 us before the update: 8 ticks. */
  private static final int UIP_TICKS = 8;

  /**
   * An alarm hours ahead is looked after in steps: the wall clock may be set meanwhile, of which no
   * timer is told.
   */
  private static final int LONGEST_WAIT_TICKS = 10 * TICKS_PER_SECOND;

  private static final long MAX_OFFSET_SECONDS = 1_000_000_000_000L;

  private final InterruptLine line;
  private final RtcDivider divider;
  private final VmTimer timer;
  private final byte[] factoryCmos = new byte[CMOS_SIZE];

  /** RAM, alarm registers and, while the clock stands, calendar registers. */
  private final byte[] cmos = new byte[CMOS_SIZE];

  private int index;
  private int regA;
  private int regB;

  /** PF, AF and UF as of {@link #seenTicks}. */
  private int flags;

  private long seenTicks;

  /** The calendar's seconds since 1970, less the divider's: what a guest has set the clock by. */
  private long offsetSeconds;

  private Rtc(DeviceContext context) {
    line = context.interruptLine(context.options().value(IRQ));
    divider = new RtcDivider(context.clock());
    timer = context.timer(this::update);
    FirmwareCmos.store(
        factoryCmos,
        context.options().value(MEMORY_BELOW_4G),
        context.options().value(MEMORY_ABOVE_4G),
        context.options().value(CPUS));
    reset();
  }

  static Device create(DeviceContext context) {
    Rtc device = new Rtc(context);
    context.pio().register(BASE, PORTS, device);
    context
        .firmware()
        .acpiDevice(
            AcpiDevice.of(
                "RTC",
                "PNP0B00",
                RESOURCES.get(0),
                FixedResource.interrupt(context.options().value(IRQ))));
    return device;
  }

  @Override
  public int maxAccessBytes() {
    return 1;
  }

  @Override
  public int read(int offset, int size) {
    return offset == INDEX ? UNREADABLE : readRegister();
  }

  @Override
  public void write(int offset, int size, int value) {
    if (offset == INDEX) {
      index = value & INDEX_MASK;
    } else {
      writeRegister((byte) value);
    }
  }

  private int readRegister() {
    return switch (index) {
      case RTC_REG_A -> regA | (updateIsNear() ? RTC_UIP : 0);
      case RTC_REG_B -> regB;
      case RTC_REG_C -> takeFlags();
      case RTC_REG_D -> RTC_VRT;
      default ->
          RtcFormat.isCalendar(index) && isRunning()
              ? format().encode(index, calendar(divider.ticks()))
              : Byte.toUnsignedInt(cmos[index]);
    };
  }

  private void writeRegister(byte value) {
    update();
    switch (index) {
      case RTC_REG_A -> control(value & ~RTC_UIP & 0xff, regB);
      case RTC_REG_B -> control(regA, Byte.toUnsignedInt(value));
      case RTC_REG_C, RTC_REG_D -> {} // read-only
      default -> writeCmos(value);
    }
    update();
  }

  private void writeCmos(byte value) {
    if (RtcFormat.isCalendar(index) && isRunning()) {
      format().store(calendar(seenTicks), cmos);
      cmos[index] = value;
      setCalendar(format().load(cmos));
    } else {
      cmos[index] = value;
    }
  }

  /** Reads register C, which clears it and lets go of the line. */
  private int takeFlags() {
    update();
    int taken = flags | (isInterrupting() ? RTC_IRQF : 0);
    flags = 0;
    update();
    return taken;
  }

  /** Writes registers A and B; the clock stops, holding its registers, or goes on from them. */
  private void control(int newA, int newB) {
    boolean wasRunning = isRunning();
    boolean wasDividing = isDividing();
    RtcFormat oldFormat = format();
    regA = newA;
    // SET ends the wait for the end of an update
    regB = (newB & RTC_SET) != 0 ? newB & ~RTC_UIE : newB;
    if (wasRunning && !isRunning()) {
      oldFormat.store(calendar(seenTicks), cmos);
    }
    if (!wasDividing && isDividing()) {
      divider.restart();
      seenTicks = divider.ticks();
    }
    if (!wasRunning && isRunning()) {
      setCalendar(format().load(cmos));
    }
  }

  private RtcFormat format() {
    return new RtcFormat((regB & RTC_DM_BINARY) != 0, (regB & RTC_24H) != 0);
  }

  /** The divider counts with any of the three crystals; other codes hold it in reset. */
  private boolean isDividing() {
    return (regA & RTC_DIV_CTL) <= RTC_REF_CLCK_32KHZ;
  }

  /** The calendar is updated every second. */
  private boolean isRunning() {
    return isDividing() && (regB & RTC_SET) == 0;
  }

  private boolean updateIsNear() {
    long tickOfSecond = divider.ticks() & (TICKS_PER_SECOND - 1);
    return isRunning() && tickOfSecond >= TICKS_PER_SECOND - UIP_TICKS;
  }

  private boolean isInterrupting() {
    return (flags & regB & FLAGS) != 0;
  }

  private long calendarSecond(long ticks) {
    return (ticks >> SECOND_SHIFT) + offsetSeconds;
  }

  private LocalDateTime calendar(long ticks) {
    return LocalDateTime.ofEpochSecond(calendarSecond(ticks), 0, ZoneOffset.UTC);
  }

  private void setCalendar(LocalDateTime time) {
    offsetSeconds = time.toEpochSecond(ZoneOffset.UTC) - (seenTicks >> SECOND_SHIFT);
  }

  /** Ticks from one periodic interrupt to the next: 122 us to 500 ms; 0 is none. */
  private int periodTicks() {
    int rate = regA & RTC_RATE_SELECT;
    return switch (rate) {
      case 0 -> 0;
      case 1, 2 -> 1 << (rate + 6); // the same as rates 8 and 9
      default -> 1 << (rate - 1);
    };
  }

  /** Brings flags, line and timer up to now. */
  private void update() {
    long now = divider.ticks();
    flags = flagsAt(now);
    seenTicks = now;
    line.set(isInterrupting());
    long next = nextInterrupt();
    if (next == RtcAlarm.NONE) {
      timer.cancel();
    } else {
      timer.arm(divider.deadlineNanos(Math.min(next, now + LONGEST_WAIT_TICKS)));
    }
  }

  private int flagsAt(long now) {
    if (now <= seenTicks) {
      return flags; // or else the host's clock was set back, which ends nothing
    }
    int found = flags;
    int period = periodTicks();
    if (isDividing()
        && period != 0
        && Math.floorDiv(now, period) != Math.floorDiv(seenTicks, period)) {
      found |= RTC_PF;
    }
    if (isRunning() && now >> SECOND_SHIFT != seenTicks >> SECOND_SHIFT) {
      found |= RTC_UF;
      if (alarm().next(calendarSecond(seenTicks)) <= calendarSecond(now)) {
        found |= RTC_AF;
      }
    }
    return found;
  }

  /** The tick of the next interrupt that would change the line, or {@link RtcAlarm#NONE}. */
  private long nextInterrupt() {
    long next = RtcAlarm.NONE;
    // A flag that is set already needs no timer: a guest that never clears it causes no work
    int awaited = regB & ~flags;
    int period = periodTicks();
    if ((awaited & RTC_PF) != 0 && isDividing() && period != 0) {
      next = (Math.floorDiv(seenTicks, period) + 1) * period;
    }
    if ((awaited & RTC_UF) != 0 && isRunning()) {
      next = Math.min(next, ((seenTicks >> SECOND_SHIFT) + 1) << SECOND_SHIFT);
    }
    if ((awaited & RTC_AF) != 0 && isRunning()) {
      long second = alarm().next(calendarSecond(seenTicks));
      if (second != RtcAlarm.NONE) {
        next = Math.min(next, (second - offsetSeconds) << SECOND_SHIFT);
      }
    }
    return next;
  }

  private RtcAlarm alarm() {
    return RtcAlarm.of(cmos, format());
  }

  @Override
  public void reset() {
    System.arraycopy(factoryCmos, 0, cmos, 0, CMOS_SIZE);
    restart(0, REG_A_DEFAULT, RTC_24H, 0, 0, 0);
  }

  @Override
  public void save(StateWriter out) {
    out.put("index", index)
        .put("reg_a", regA)
        .put("reg_b", regB)
        .put("reg_c", flagsAt(divider.ticks()))
        .put("cmos", cmos)
        .put("offset_seconds", offsetSeconds)
        .put("phase_nanos", divider.phaseNanos());
  }

  @Override
  public void restore(StateReader in) {
    int savedIndex = in.intValue("index", 0, INDEX_MASK);
    int savedA = in.intValue("reg_a", 0, RTC_UIP - 1);
    int savedB = in.intValue("reg_b", 0, 0xff);
    int savedFlags = in.bits("reg_c", FLAGS);
    byte[] savedCmos = in.bytesExactly("cmos", CMOS_SIZE);
    long savedOffset = in.longValue("offset_seconds", -MAX_OFFSET_SECONDS, MAX_OFFSET_SECONDS);
    int savedPhase = in.intValue("phase_nanos", 0, RtcDivider.MAX_PHASE_NANOS);
    System.arraycopy(savedCmos, 0, cmos, 0, CMOS_SIZE);
    restart(savedIndex, savedA, savedB, savedFlags, savedOffset, savedPhase);
  }

  private void restart(int index, int regA, int regB, int flags, long offset, int phaseNanos) {
    this.index = index;
    this.regA = regA;
    this.regB = regB;
    this.flags = flags;
    offsetSeconds = offset;
    divider.setPhaseNanos(phaseNanos);
    seenTicks = divider.ticks();
    update();
  }

  private static DeviceOption<Long> bytes(String name, long max, String help) {
    String kind = "0.." + max;
    return new DeviceOption<>(
        name,
        kind,
        "0",
        help,
        text -> {
          long value;
          try {
            value = Long.decode(text);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException("use a number in " + kind, e);
          }
          if (value < 0 || value > max) {
            throw new IllegalArgumentException("use a number in " + kind);
          }
          return value;
        });
  }
}
