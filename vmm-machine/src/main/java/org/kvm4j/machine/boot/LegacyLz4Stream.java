package org.kvm4j.machine.boot;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * Unpacks what {@code lz4 -l} makes: a magic number, then blocks, each behind its packed size. LZ4
 * Frame Format, version 1.6.4, "Legacy frame".
 */
final class LegacyLz4Stream extends InputStream {

  private static final int MAGIC = 0x184c_2102;
  private static final int BLOCK_BYTES = 8 << 20;

  /** LZ4_compressBound. */
  private static final int MOST_PACKED_BYTES = BLOCK_BYTES + BLOCK_BYTES / 255 + 16;

  private final DataInputStream packed;
  private final LZ4SafeDecompressor decompressor = LZ4Factory.safeInstance().safeDecompressor();
  private final byte[] block = new byte[BLOCK_BYTES];
  private byte[] packedBlock = new byte[0];
  private int position;
  private int limit;

  LegacyLz4Stream(InputStream packed) {
    this.packed = new DataInputStream(packed);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    while (position == limit) {
      if (!nextBlock()) {
        return -1;
      }
    }
    int count = Math.min(length, limit - position);
    System.arraycopy(block, position, target, offset, count);
    position += count;
    return count;
  }

  private boolean nextBlock() throws IOException {
    int size;
    do {
      try {
        size = Integer.reverseBytes(packed.readInt());
      } catch (EOFException e) {
        return false; // the format has no other end
      }
    } while (size == MAGIC); // at the start, and where files were put together
    if (size <= 0 || size > MOST_PACKED_BYTES) {
      throw new IOException("a block of %d bytes".formatted(Integer.toUnsignedLong(size)));
    }
    if (packedBlock.length < size) {
      packedBlock = new byte[size];
    }
    packed.readFully(packedBlock, 0, size);
    try {
      limit = decompressor.decompress(packedBlock, 0, size, block, 0);
      position = 0;
      return true;
    } catch (LZ4Exception e) {
      throw new IOException("a block is damaged", e);
    }
  }

  @Override
  public void close() throws IOException {
    packed.close();
  }
}
