package org.kvm4j.device;

import java.util.Comparator;
import java.util.List;

/** Finds what a user may have meant by a name that does not exist. */
public final class NearestName {

  private static final int TOO_FAR = 3;

  private NearestName() {}

  /**
   * A sentence such as {@code Did you mean 'serial'? }, with a space at its end, or nothing when no
   * name is similar.
   */
  public static String hint(String wrong, List<String> names) {
    return names.stream()
        .filter(name -> distance(wrong, name) < TOO_FAR)
        .min(Comparator.comparingInt(name -> distance(wrong, name)))
        .map("Did you mean '%s'? "::formatted)
        .orElse("");
  }

  /** The Levenshtein distance: how many letters to add, remove or change. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(change, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
