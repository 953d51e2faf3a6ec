namespace NativeSparse.Kernels.Tests;

/// <summary>How often the 32 banks of shared memory are asked for one access of a warp.</summary>
internal static class SharedBanks
{
    private const int Banks = 32;

    /// <summary>Turns beyond those that so many bytes need: lanes are served in parts of 128 bytes.</summary>
    /// <param name="addresses">Where each lane's access begins, in bytes.</param>
    /// <param name="words">Words of each access.</param>
    public static int Conflicts(IReadOnlyList<uint> addresses, int words)
    {
        var conflicts = 0;
        var lanes = Banks / words;
        for (var first = 0; first < addresses.Count; first += lanes)
        {
            var asked = new HashSet<uint>[Banks];
            foreach (var address in addresses.Skip(first).Take(lanes))
            {
                for (var word = 0u; word < words; word++)
                {
                    var place = (address / sizeof(uint)) + word;
                    (asked[place % Banks] ??= []).Add(place);
                }
            }

            conflicts += asked.Max(places => places?.Count ?? 0) - 1;
        }

        return conflicts;
    }
}
