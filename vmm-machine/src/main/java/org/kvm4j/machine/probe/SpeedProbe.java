package org.kvm4j.machine.probe;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.bus.PioHandler;

/** Measures how fast guests run, with two of them that never end by themselves. */
final class SpeedProbe {

  private static final int COUNT_PORT = 0xf8;

  /** Asks how often to loop, loops, says that it has. */
  private static final byte[] COUNTED_LOOP =
      HexFormat.of()
          .parseHex(
              "e5f8" // next: in eax, COUNT_PORT
                  + "89c1" //   mov ecx, eax
                  + "ffc9" // loop: dec ecx
                  + "75fc" //   jnz loop
                  + "e6f4" //   out MARK_PORT, al
                  + "ebf4"); //  jmp next

  private static final byte[] PORT_WRITES =
      HexFormat.of()
          .parseHex(
              "e6f4" // next: out MARK_PORT, al
                  + "ebfc"); //  jmp next

  private static final int INSTRUCTIONS_PER_LOOP = 2;
  private static final int FIRST_LOOPS = 50_000;
  private static final int GROWTH = 4;
  private static final int MOST_LOOPS = Integer.MAX_VALUE / GROWTH;

  /** Long enough for the exits at its start and end not to count. */
  private static final long ENOUGH_NANOS = 40_000_000;

  private static final int BATCHES = 9;
  private static final int EXITS_PER_BATCH = 500;

  private final Hypervisor hypervisor;
  private final CpuidTable cpuid;
  private final Watchdog watchdog;
  private final LongSupplier nanoTime;

  SpeedProbe(Hypervisor hypervisor, CpuidTable cpuid, Watchdog watchdog, LongSupplier nanoTime) {
    this.hypervisor = hypervisor;
    this.cpuid = cpuid;
    this.watchdog = watchdog;
    this.nanoTime = nanoTime;
  }

  /** Empty if a guest did not come through. */
  Optional<Speed> measure() {
    OptionalLong perSecond = instructionsPerSecond();
    OptionalLong nanos = portAccessNanos();
    return perSecond.isPresent() && nanos.isPresent()
        ? Optional.of(new Speed(perSecond.getAsLong(), nanos.getAsLong()))
        : Optional.empty();
  }

  private OptionalLong instructionsPerSecond() {
    try (ProbeVm vm = start(COUNTED_LOOP)) {
      LoopTimer timer = new LoopTimer(vm);
      vm.onPorts(COUNT_PORT, Integer.BYTES, timer);
      vm.onPorts(ProbeImage.MARK_PORT, 1, timer);
      return vm.run(watchdog) instanceof ProbeVm.End.Stopped
          ? OptionalLong.of(timer.instructionsPerSecond())
          : OptionalLong.empty();
    }
  }

  private OptionalLong portAccessNanos() {
    try (ProbeVm vm = start(PORT_WRITES)) {
      ExitTimer timer = new ExitTimer(vm);
      vm.onPorts(ProbeImage.MARK_PORT, 1, timer);
      return vm.run(watchdog) instanceof ProbeVm.End.Stopped
          ? OptionalLong.of(timer.medianNanos())
          : OptionalLong.empty();
    }
  }

  private ProbeVm start(byte[] code) {
    return new ProbeVm(hypervisor, cpuid, new ProbeImage(code, Optional.empty()));
  }

  /** Loops ever longer, until one round takes long enough to be measured. */
  private final class LoopTimer implements PioHandler {
    private final ProbeVm vm;
    private int loops = FIRST_LOOPS;
    private long startNanos;
    private long tookNanos;

    LoopTimer(ProbeVm vm) {
      this.vm = vm;
    }

    @Override
    public int read(int offset, int size) {
      startNanos = nanoTime.getAsLong();
      return loops;
    }

    @Override
    public void write(int offset, int size, int value) {
      tookNanos = Math.max(1, nanoTime.getAsLong() - startNanos);
      if (tookNanos >= ENOUGH_NANOS || loops > MOST_LOOPS) {
        vm.stop();
      } else {
        loops *= GROWTH;
      }
    }

    long instructionsPerSecond() {
      return Math.round((double) loops * INSTRUCTIONS_PER_LOOP * 1e9 / tookNanos);
    }
  }

  /** Times batches of exits. */
  private final class ExitTimer implements PioHandler {
    private final ProbeVm vm;
    private final long[] batchNanos = new long[BATCHES];
    private int exits;
    private long startNanos;

    ExitTimer(ProbeVm vm) {
      this.vm = vm;
    }

    @Override
    public int read(int offset, int size) {
      return 0;
    }

    @Override
    public void write(int offset, int size, int value) {
      if (exits % EXITS_PER_BATCH == 0) {
        long now = nanoTime.getAsLong();
        if (exits > 0) {
          batchNanos[exits / EXITS_PER_BATCH - 1] = now - startNanos;
        }
        startNanos = now;
      }
      if (exits == BATCHES * EXITS_PER_BATCH) {
        vm.stop();
      } else {
        exits++;
      }
    }

    long medianNanos() {
      long[] sorted = batchNanos.clone();
      Arrays.sort(sorted);
      return sorted[BATCHES / 2] / EXITS_PER_BATCH;
    }
  }
}
