package org.kvm4j.core.sys;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** {@link Capstone} as the host has it installed, by JNA direct mapping. */
public final class NativeCapstone implements Capstone {

  /** The last finds whatever else there is, so that a wrong version can be told. */
  private static final List<String> NAMES =
      List.of("libcapstone.so.5", "libcapstone.so.4", "capstone");

  private static final NativeLibc LIBC = NativeLibc.INSTANCE;

  private NativeCapstone() {}

  /** Loads it at the first call. */
  public static Optional<Capstone> find() {
    return Host.CAPSTONE;
  }

  @Override
  public int version() {
    return Functions.cs_version(0, 0);
  }

  @Override
  public int open(int arch, int mode, ByteBuffer handle) {
    try {
      return Functions.cs_open(arch, mode, LIBC.addressOf(handle));
    } finally {
      Reference.reachabilityFence(handle); // its memory goes with it, and C has the address
    }
  }

  @Override
  public int close(ByteBuffer handle) {
    try {
      return Functions.cs_close(LIBC.addressOf(handle));
    } finally {
      Reference.reachabilityFence(handle);
    }
  }

  @Override
  public long disassemble(
      long handle, ByteBuffer code, long address, long count, ByteBuffer instructions) {
    try {
      long start = LIBC.addressOf(code) + code.position();
      long out = LIBC.addressOf(instructions);
      return Functions.cs_disasm(handle, start, code.remaining(), address, count, out);
    } finally {
      Reference.reachabilityFence(code);
      Reference.reachabilityFence(instructions);
    }
  }

  @Override
  public void free(long instructions, long count) {
    Functions.cs_free(instructions, count);
  }

  @Override
  public ByteBuffer view(long address, int lengthBytes) {
    return LIBC.view(address, lengthBytes);
  }

  /** One per process, loaded when it is asked for. */
  private static final class Host {
    static final Optional<Capstone> CAPSTONE =
        NAMES.stream().anyMatch(Host::load) ? Optional.of(new NativeCapstone()) : Optional.empty();

    private static boolean load(String name) {
      try {
        Native.register(Functions.class, NativeLibrary.getInstance(name));
        return true;
      } catch (UnsatisfiedLinkError e) {
        System.getLogger(NativeCapstone.class.getName())
            .log(System.Logger.Level.DEBUG, "no {0}: {1}", name, e.getMessage());
        return false;
      }
    }
  }

  /** The functions themselves; parameters as in capstone.h, with size_t and pointers as long. */
  private static final class Functions {

    static native int cs_version(long major, long minor);

    static native int cs_open(int arch, int mode, long handle);

    static native int cs_close(long handle);

    static native long cs_disasm(
        long handle, long code, long codeSize, long address, long count, long insn);

    static native void cs_free(long insn, long count);
  }
}
