using System.Globalization;

namespace NativeSparse.Kernels;

/// <summary>
/// Which instruction sets assembled kernels may use: those that the processor has, whose registers the system keeps, and that the
/// runtime's own switches (<c>DOTNET_EnableAVX512=0</c>, ...) do not take away. Read by CPUID, because .NET does not report VNNI
/// and some systems hide AVX-512 from it. Thread-safe.
/// </summary>
internal sealed class CpuFeatures
{
    private const uint VectorState = 0b0110;
    private const uint WideVectorState = 0b1110_0110;
    private const uint TileState = WideVectorState | 0b110 << 16;

    private static readonly Lazy<CpuFeatures> HostFeatures = new(() => Read(new HostProcessor()));

    private readonly string? _missing256;
    private readonly string? _missing512;
    private readonly string? _missingTiles;

    private CpuFeatures(string? missing256, string? missing512, string? missingTiles)
    {
        _missingTiles = missingTiles;
        _missing256 = missing256;
        _missing512 = missing512;
    }

    public static CpuFeatures Host => HostFeatures.Value;

    public static CpuFeatures Read(IProcessor processor)
    {
        var missing256 = Missing256(processor);
        var missing512 = missing256 ?? Missing512(processor);
        return new CpuFeatures(missing256, missing512, missing512 ?? MissingTiles(processor));
    }

    /// <summary>Why kernels for this instruction set must not run here, or null where they may.</summary>
    public string? Missing(InstructionSet set) => set switch
    {
        InstructionSet.Avx2 => _missing256,
        InstructionSet.Avx512Vnni => _missing512,
        _ => _missingTiles,
    };

    private static string? Missing256(IProcessor processor)
    {
        if ((processor.Silence ?? SwitchedOff(processor, "HWIntrinsic", "AVX", "AVX2")) is { } reason)
        {
            return reason;
        }

        var (_, _, basic, _) = processor.Identify(1, 0);
        if (processor.Identify(0, 0).Eax < 7 || !Bit(basic, 12) || !Bit(basic, 29) || !Bit(processor.Identify(7, 0).Ebx, 5))
        {
            return "this processor has no AVX2, FMA or F16C";
        }

        return Kept(processor, basic, VectorState);
    }

    private static string? Missing512(IProcessor processor)
    {
        if (SwitchedOff(processor, "AVX512", "AVX512v2", "AVX512v3") is { } reason)
        {
            return reason;
        }

        var (_, wide, extended, _) = processor.Identify(7, 0);
        if (!Bit(wide, 16))
        {
            return "this processor has no AVX-512";
        }

        return Bit(extended, 11)
            ? Kept(processor, processor.Identify(1, 0).Ecx, WideVectorState)
            : "this processor has AVX-512 but not its VNNI";
    }

    private static string? MissingTiles(IProcessor processor)
    {
        var features = processor.Identify(7, 0).Edx;
        if (!Bit(features, 24) || !Bit(features, 25))
        {
            return "this processor has no AMX for 8-bit integers";
        }

        return Kept(processor, processor.Identify(1, 0).Ecx, TileState) ?? processor.RequestTiles();
    }

    private static string? Kept(IProcessor processor, uint basic, uint state)
    {
        try
        {
            return Bit(basic, 27) && (processor.KeptRegisters() & state) == state
                ? null
                : "the operating system does not keep the registers that this needs";
        }
        catch (ExecutableMemoryException refusal)
        {
            return refusal.Message;
        }
    }

    /// <summary>The runtime's switches, read as it reads them: hexadecimal, DOTNET_ before COMPlus_.</summary>
    private static string? SwitchedOff(IProcessor processor, params ReadOnlySpan<string> features)
    {
        foreach (var feature in features)
        {
            foreach (var prefix in new[] { "DOTNET_Enable", "COMPlus_Enable" })
            {
                var value = processor.Variable(prefix + feature)?.Trim();
                if (string.IsNullOrEmpty(value))
                {
                    continue;
                }

                var digits = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? value.AsSpan(2) : value;
                if (uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number == 0)
                {
                    return $"switched off by {prefix}{feature}={value}";
                }

                break;
            }
        }

        return null;
    }

    private static bool Bit(uint value, int index) => (value >> index & 1) != 0;
}
