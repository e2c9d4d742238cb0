package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.kvm4j.core.abi.KvmRun;

/** What one KVM_RUN of a {@link ScriptedKernel} does, and what the guest then gets of it. */
abstract class ScriptedExit {

  /** Where the kernel puts port data: the page behind struct kvm_run. */
  private static final int PIO_DATA_OFFSET = 4096;

  private static final int KVM_EXIT_IO_IN = 0;

  /**
   * Fills the run area.
   *
   * @return what the ioctl returns
   */
  abstract int enter(ScriptedKernel kernel, ByteBuffer run);

  /** Called by the next KVM_RUN, when the kernel hands the guest the answer. */
  void finish(ByteBuffer run) {}

  /** Whether the script goes on with the next exit after this. */
  boolean isLastTime() {
    return true;
  }

  /** KVM_RUN fails; the exit reason is that of the exit before. */
  static ScriptedExit error(int errno) {
    return of(run -> {}, -errno);
  }

  /** An exit with the given reason and nothing else. */
  static ScriptedExit reason(int exitReason) {
    return reason(exitReason, run -> {});
  }

  /** An exit with the given reason and fields. */
  static ScriptedExit reason(int exitReason, Consumer<ByteBuffer> fields) {
    return of(
        run -> {
          run.putInt(KvmRun.EXIT_REASON, exitReason);
          fields.accept(run);
        },
        0);
  }

  /** As {@link #reason(int, Consumer)}, but the ioctl fails. */
  static ScriptedExit error(int errno, int exitReason, Consumer<ByteBuffer> fields) {
    return of(
        run -> {
          run.putInt(KvmRun.EXIT_REASON, exitReason);
          fields.accept(run);
        },
        -errno);
  }

  static ScriptedExit hlt() {
    return reason(KvmRun.KVM_EXIT_HLT);
  }

  /** Blocks in KVM_RUN, as a halted vCPU does, until a signal comes. */
  static ScriptedExit sleep() {
    return new ScriptedExit() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        return kernel.sleep();
      }
    };
  }

  /** Does something of the test's within KVM_RUN, before another exit. */
  static ScriptedExit after(Runnable action, ScriptedExit exit) {
    return new ScriptedExit() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        action.run();
        return exit.enter(kernel, run);
      }

      @Override
      void finish(ByteBuffer run) {
        exit.finish(run);
      }
    };
  }

  /** {@code out}, or {@code rep outs} with several values. */
  static ScriptedExit pioOut(int port, int size, long... values) {
    return reason(
        KvmRun.KVM_EXIT_IO,
        run -> {
          pio(run, KvmRun.KVM_EXIT_IO_OUT, port, size, values.length);
          for (int i = 0; i < values.length; i++) {
            put(run, PIO_DATA_OFFSET + i * size, size, values[i]);
          }
        });
  }

  /** {@code in}, or {@code rep ins} with a count above 1. */
  static Answered pioIn(int port, int size, int count) {
    return new Answered() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        run.putInt(KvmRun.EXIT_REASON, KvmRun.KVM_EXIT_IO);
        pio(run, KVM_EXIT_IO_IN, port, size, count);
        return 0;
      }

      @Override
      void finish(ByteBuffer run) {
        for (int i = 0; i < count; i++) {
          answers.add(get(run, PIO_DATA_OFFSET + i * size, size));
        }
      }
    };
  }

  static ScriptedExit mmioWrite(long address, int size, long value) {
    return reason(
        KvmRun.KVM_EXIT_MMIO,
        run -> {
          mmio(run, address, size, true);
          put(run, KvmRun.MMIO_DATA, size, value);
        });
  }

  static Answered mmioRead(long address, int size) {
    return new Answered() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        run.putInt(KvmRun.EXIT_REASON, KvmRun.KVM_EXIT_MMIO);
        mmio(run, address, size, false);
        return 0;
      }

      @Override
      void finish(ByteBuffer run) {
        answers.add(get(run, KvmRun.MMIO_DATA, size));
      }
    };
  }

  /** The same exit many times, from one object: for counting allocations. */
  static ScriptedExit times(int count, ScriptedExit exit) {
    return new ScriptedExit() {
      private int left = count;

      @Override
      boolean isLastTime() {
        return --left == 0;
      }

      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        return exit.enter(kernel, run);
      }
    };
  }

  /** A read, which remembers what the guest got. */
  abstract static class Answered extends ScriptedExit {
    final List<Long> answers = new ArrayList<>();

    /** The values that reached the guest, zero-extended. */
    List<Long> answers() {
      return answers;
    }
  }

  private static ScriptedExit of(Consumer<ByteBuffer> fields, int result) {
    return new ScriptedExit() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        fields.accept(run);
        return result;
      }
    };
  }

  private static void pio(ByteBuffer run, int direction, int port, int size, int count) {
    run.put(KvmRun.IO_DIRECTION, (byte) direction);
    run.put(KvmRun.IO_SIZE, (byte) size);
    run.putShort(KvmRun.IO_PORT, (short) port);
    run.putInt(KvmRun.IO_COUNT, count);
    run.putLong(KvmRun.IO_DATA_OFFSET, PIO_DATA_OFFSET);
  }

  private static void mmio(ByteBuffer run, long address, int size, boolean write) {
    run.putLong(KvmRun.MMIO_PHYS_ADDR, address);
    run.putInt(KvmRun.MMIO_LEN, size);
    run.put(KvmRun.MMIO_IS_WRITE, (byte) (write ? 1 : 0));
  }

  private static void put(ByteBuffer run, int at, int size, long value) {
    for (int i = 0; i < size; i++) {
      run.put(at + i, (byte) (value >>> (i * Byte.SIZE)));
    }
  }

  private static long get(ByteBuffer run, int at, int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= Byte.toUnsignedLong(run.get(at + i)) << (i * Byte.SIZE);
    }
    return value;
  }
}
