package org.kvm4j.machine.boot;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.xxhash.XXHashFactory;
import org.tukaani.xz.XZInputStream;

/** The ways in which kernels are compressed, told apart by their first bytes. */
enum Compression {
  /** RFC 1952. */
  GZIP("gzip", "1f8b") {
    @Override
    InputStream unpack(InputStream packed) throws IOException {
      return new GZIPInputStream(packed, BUFFER_BYTES);
    }
  },
  /** The .xz File Format, version 1.2. */
  XZ("xz", "fd377a585a00") {
    @Override
    InputStream unpack(InputStream packed) throws IOException {
      return new XZInputStream(packed, MOST_MEMORY_KIB);
    }
  },
  /** RFC 8878. */
  ZSTD("zstd", "28b52ffd") {
    @Override
    InputStream unpack(InputStream packed) throws IOException {
      return new ZstdInputStreamNoFinalizer(packed).setLongMax(MOST_ZSTD_WINDOW_LOG);
    }
  },
  /** LZ4 Frame Format, version 1.6.4. */
  LZ4("lz4", "04224d18") {
    @Override
    InputStream unpack(InputStream packed) throws IOException {
      return new LZ4FrameInputStream(
          packed,
          LZ4Factory.safeInstance().safeDecompressor(),
          XXHashFactory.safeInstance().hash32());
    }
  },
  /** The same, section "Legacy frame", which kernels are built with. */
  LZ4_LEGACY("lz4", "02214c18") {
    @Override
    InputStream unpack(InputStream packed) throws IOException {
      return new LegacyLz4Stream(packed);
    }
  };

  private static final int BUFFER_BYTES = 1 << 16;

  /** Four times what xz -9 asks for; a file may demand gigabytes. */
  private static final int MOST_MEMORY_KIB = 256 << 10;

  /** Of zstd --ultra -22, which kernels are built with: 128 MiB. */
  private static final int MOST_ZSTD_WINDOW_LOG = 27;

  private final String title;
  private final String magic;

  Compression(String title, String magic) {
    this.title = title;
    this.magic = magic;
  }

  /** That of a file which begins with these bytes. */
  static Optional<Compression> of(ByteBuffer start) {
    for (Compression format : values()) {
      byte[] magic = HexFormat.of().parseHex(format.magic);
      if (start.limit() >= magic.length
          && start.slice(0, magic.length).equals(ByteBuffer.wrap(magic))) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /** Its name in a sentence. */
  String title() {
    return title;
  }

  /**
   * The bytes that a stream is the compressed form of.
   *
   * @throws IOException if it begins wrong; and while it is read, if it goes on so
   */
  abstract InputStream unpack(InputStream packed) throws IOException;
}
