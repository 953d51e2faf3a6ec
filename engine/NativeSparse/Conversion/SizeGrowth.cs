using System.Globalization;
using NativeSparse.Kernels;

namespace NativeSparse.Conversion;

/// <summary>Why a converted file is larger than its source, where it is.</summary>
internal static class SizeGrowth
{
    /// <summary>Growth up to this is what plan and report take.</summary>
    private const double Unremarkable = 1.01;

    /// <summary>The reason, or null when the file did not grow.</summary>
    /// <param name="source">Bytes of the dense file and its external data.</param>
    /// <param name="saved">Bytes of the converted one.</param>
    /// <param name="networks">How each site was stored, and how it is held now.</param>
    public static string? Note(long source, long saved, IReadOnlyList<(string Stored, Precision Held)> networks)
    {
        if (saved <= source * Unremarkable)
        {
            return null;
        }

        string[] widened =
        [
            .. networks.Where(network => Bits(network.Stored) < Bits(Precisions.Name(network.Held)))
                .GroupBy(network => network)
                .Select(group => $"{group.Count()} sites are stored as {group.Key.Stored} there and as {Precisions.Name(group.Key.Held)} here"),
        ];
        var reason = widened.Length > 0
            ? $"{string.Join(", ", widened)}; a smaller precision ({Smaller(networks)}) makes the file smaller"
            : "each site holds weights of its own here, routers and copies of experts included, also where the source shares them";
        return string.Create(CultureInfo.InvariantCulture, $"the file has {saved:N0} bytes, the source {source:N0}: {reason}");
    }

    /// <summary>The precisions that take no more than what the source does, or the smallest one.</summary>
    private static string Smaller(IReadOnlyList<(string Stored, Precision Held)> networks)
    {
        var most = networks.Min(network => Bits(network.Stored));
        string[] names = [.. Precisions.Names.Where(name => Bits(name) <= Math.Max(most, 4)).Order(StringComparer.Ordinal)];
        return $"--precision {string.Join(" or ", names)}";
    }

    private static int Bits(string elementType) => elementType switch
    {
        "float64" => 64,
        "float16" or "bfloat16" => 16,
        "int8" or "uint8" => 8,
        "int4" or "uint4" => 4,
        _ => 32,
    };
}
