package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kvm4j.core.abi.KvmCoalescedMmio;
import org.kvm4j.core.abi.KvmCoalescedMmioRing;

/** The kernel's side of the ring of coalesced writes. */
final class ScriptedRing {

  private static final int AT = KvmCoalescedMmioRing.KVM_COALESCED_MMIO_PAGE_OFFSET * 4096;

  private final ByteBuffer page;

  /** The ring behind a vCPU's run area. */
  ScriptedRing(ByteBuffer runArea) {
    page = runArea.slice(AT, 4096).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An exit that comes after writes which the kernel has put into the ring. */
  static ScriptedExit collected(Writes writes, ScriptedExit exit) {
    return new ScriptedExit() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        writes.into(new ScriptedRing(run));
        return exit.enter(kernel, run);
      }

      @Override
      void finish(ByteBuffer run) {
        exit.finish(run);
      }
    };
  }

  /** What the guest writes. */
  @FunctionalInterface
  interface Writes {
    void into(ScriptedRing ring);
  }

  ScriptedRing memory(long address, int size, long value) {
    return add(address, size, value, 0);
  }

  ScriptedRing port(int port, int size, long value) {
    return add(port, size, value, 1);
  }

  ScriptedRing setFirst(int first) {
    page.putInt(KvmCoalescedMmioRing.FIRST, first);
    return this;
  }

  ScriptedRing setLast(int last) {
    page.putInt(KvmCoalescedMmioRing.LAST, last);
    return this;
  }

  int first() {
    return page.getInt(KvmCoalescedMmioRing.FIRST);
  }

  int last() {
    return page.getInt(KvmCoalescedMmioRing.LAST);
  }

  /** As the kernel does, writes only the bytes of the access. */
  private ScriptedRing add(long address, int size, long value, int pio) {
    int last = last();
    int entry = KvmCoalescedMmioRing.COALESCED_MMIO + last * KvmCoalescedMmio.SIZEOF;
    page.putLong(entry + KvmCoalescedMmio.PHYS_ADDR, address);
    page.putInt(entry + KvmCoalescedMmio.LEN, size);
    page.putInt(entry + KvmCoalescedMmio.PIO, pio);
    for (int i = 0; i < Math.min(size, Long.BYTES); i++) {
      page.put(entry + KvmCoalescedMmio.DATA + i, (byte) (value >>> (i * Byte.SIZE)));
    }
    return setLast((last + 1) % KvmCoalescedMmioRing.KVM_COALESCED_MMIO_MAX);
  }
}
