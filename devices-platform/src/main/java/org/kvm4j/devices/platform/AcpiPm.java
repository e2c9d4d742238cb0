package org.kvm4j.devices.platform;

import java.lang.System.Logger.Level;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.HostRequest;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;
import org.kvm4j.device.VmTimer;

/**
 * The fixed hardware of ACPI: PM1 event block, PM1 control block and power management timer.
 *
 * <p>Registers are little-endian and may be accessed in any width, so an access is a lane of a
 * register: {@link #lane} and {@link #merge}.
 */
final class AcpiPm implements Device {

  static final DeviceOption<Integer> BASE =
      DeviceOption.ports("base", 12, "0x600", "first of 12 ports, as in the FADT");
  static final DeviceOption<Integer> IRQ =
      DeviceOption.sharedInterrupt("irq", "9", "GSI of the SCI, as in the FADT");

  // Blocks, from the base
  private static final int PM1_EVT = 0;
  private static final int PM1_CNT = 4;
  private static final int PM_TMR = 8;

  // PM1_STS (low half of the event block) and PM1_EN (high half)
  private static final int EN_SHIFT = 16;
  private static final int TMR = 1 << 0;
  private static final int GBL = 1 << 5;
  private static final int PWRBTN = 1 << 8;
  private static final int SLPBTN = 1 << 9;
  private static final int RTC = 1 << 10;

  /** What can be set here; the others have no source. */
  private static final int STS_BITS = TMR | PWRBTN;

  /** What a driver may enable; it reads back what it wrote to see whether the hardware is there. */
  private static final int EN_BITS = TMR | GBL | PWRBTN | SLPBTN | RTC;

  // PM1_CNT
  private static final int SCI_EN = 1 << 0;
  private static final int BM_RLD = 1 << 1;
  private static final int SLP_TYP_SHIFT = 10;
  private static final int SLP_TYP = 7 << SLP_TYP_SHIFT;
  private static final int SLP_EN = 1 << 13;
  private static final int CNT_BITS = BM_RLD | SLP_TYP;

  /** The type that the DSDT's {@code \_S5} package must name. */
  private static final int SLP_TYP_S5 = 5;

  /** TMR_STS is set whenever the highest of the timer's bits changes. */
  private static final int CARRY_SHIFT = 31;

  private static final long MAX_ELAPSED_NANOS = 1L << 62;

  private final InterruptLine sci;
  private final VmControl control;
  private final System.Logger log;
  private final PmTimer timer;
  private final VmTimer carryTimer;

  private int sts;
  private int en;
  private int cnt;

  /** The timer's count above its lower 31 bits, when last looked at. */
  private long seenCarries;

  private boolean otherSleepLogged;

  private AcpiPm(DeviceContext context) {
    sci = context.interruptLine(context.options().value(IRQ));
    control = context.control();
    log = context.log();
    timer = new PmTimer(context.clock());
    carryTimer = context.timer(this::update);
  }

  static Device create(DeviceContext context) {
    AcpiPm device = new AcpiPm(context);
    int base = context.options().value(BASE);
    context.pio().register(base + PM1_EVT, 4, device.new EventBlock());
    context.pio().register(base + PM1_CNT, 2, device.new ControlBlock());
    context.pio().register(base + PM_TMR, 4, device.new TimerBlock());
    context.onHostRequest(HostRequest.POWER_BUTTON, device::pressPowerButton);
    return device;
  }

  @Override
  public void reset() {
    sts = 0;
    en = 0;
    cnt = 0;
    otherSleepLogged = false;
    setElapsedNanos(0);
  }

  @Override
  public void save(StateWriter out) {
    out.put("pm1_sts", currentSts())
        .put("pm1_en", en)
        .put("pm1_cnt", cnt)
        .put("pm_tmr_nanos", timer.elapsedNanos());
  }

  @Override
  public void restore(StateReader in) {
    int savedSts = in.bits("pm1_sts", STS_BITS);
    int savedEn = in.bits("pm1_en", EN_BITS);
    int savedCnt = in.bits("pm1_cnt", CNT_BITS);
    long savedNanos = in.longValue("pm_tmr_nanos", 0, MAX_ELAPSED_NANOS);
    sts = savedSts;
    en = savedEn;
    cnt = savedCnt;
    setElapsedNanos(savedNanos);
  }

  private void setElapsedNanos(long nanos) {
    timer.setElapsedNanos(nanos);
    seenCarries = carries();
    update();
  }

  private long carries() {
    return timer.ticks() >>> CARRY_SHIFT;
  }

  private int currentSts() {
    return carries() == seenCarries ? sts : sts | TMR;
  }

  /** Brings PM1_STS up to now, then the SCI and the timer to what PM1_STS and PM1_EN say. */
  private void update() {
    sts = currentSts();
    seenCarries = carries();
    sci.set((sts & en) != 0);
    // No timer for a bit that is set already: a guest that never clears it causes no work
    if ((en & ~sts & TMR) != 0) {
      carryTimer.arm(timer.deadlineNanos((seenCarries + 1) << CARRY_SHIFT));
    } else {
      carryTimer.cancel();
    }
  }

  private void pressPowerButton() {
    sts |= PWRBTN;
    update();
  }

  private void sleep(int type) {
    if (type == SLP_TYP_S5) {
      control.request(VmEvent.POWER_OFF, "ACPI PM1_CNT: SLP_EN with SLP_TYP 5 (S5)");
    } else if (!otherSleepLogged) {
      otherSleepLogged = true;
      log.log(
          Level.WARNING,
          "The guest asked for the sleep state of SLP_TYP {0}, which is ignored: only 5 (S5, off)"
              + " exists.",
          type);
    }
  }

  private static int lane(int register, int offset) {
    return register >>> (offset * Byte.SIZE);
  }

  /** Replaces {@code size} bytes from {@code offset} of a register. */
  private static int merge(int register, int offset, int size, int value) {
    int shift = offset * Byte.SIZE;
    int mask = (-1 >>> (Integer.SIZE - size * Byte.SIZE)) << shift;
    return (register & ~mask) | ((value << shift) & mask);
  }

  private final class EventBlock implements PioHandler {

    @Override
    public int read(int offset, int size) {
      update();
      return lane((en << EN_SHIFT) | sts, offset);
    }

    @Override
    public void write(int offset, int size, int value) {
      update();
      // Ones clear the status, so bytes that are not written count as zeros there
      sts &= ~merge(0, offset, size, value);
      en = (merge(en << EN_SHIFT, offset, size, value) >>> EN_SHIFT) & EN_BITS;
      update();
    }
  }

  private final class ControlBlock implements PioHandler {

    @Override
    public int read(int offset, int size) {
      return lane(cnt | SCI_EN, offset);
    }

    @Override
    public void write(int offset, int size, int value) {
      int written = merge(cnt, offset, size, value);
      cnt = written & CNT_BITS;
      if ((written & SLP_EN) != 0) {
        sleep((cnt & SLP_TYP) >> SLP_TYP_SHIFT);
      }
    }
  }

  private final class TimerBlock implements PioHandler {

    @Override
    public int read(int offset, int size) {
      return lane((int) timer.ticks(), offset);
    }

    @Override
    public void write(int offset, int size, int value) {
      // The timer is read-only
    }
  }
}
