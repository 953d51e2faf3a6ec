using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>The backends of this machine. Thread-safe.</summary>
public static class BackendCatalog
{
    /// <summary>Environment variable that names the backend where an option does not.</summary>
    public const string EnvironmentVariable = "NATIVESPARSE_BACKEND";

    private const string Automatic = "auto";
    private const string Cpu = "cpu";

    private static readonly Dictionary<string, Func<Backend>> Factories = new(StringComparer.Ordinal)
    {
        [ReferenceBackend.VersionName] = () => new ReferenceBackend(),
        [CpuBackend.NameOf<Width128, Vector128<float>>()] = CpuBackend.Create<Width128, Vector128<float>>,
        [CpuBackend.NameOf<Width256, Vector256<float>>()] = CpuBackend.Create<Width256, Vector256<float>>,
        [CpuBackend.NameOf<Width512, Vector512<float>>()] = CpuBackend.Create<Width512, Vector512<float>>,
    };

    /// <summary>Every known backend with whether it is usable here.</summary>
    public static IReadOnlyList<BackendInfo> List() =>
    [
        new BackendInfo(ReferenceBackend.VersionName, Usable: true, "plain loops: the specification, slow"),
        Describe(
            Width128.Name,
            isUsable: true,
            VectorWidths.HasMultiplyAdd ? "the processor's basic vectors" : "slow here: no fused multiply-add, or it is switched off"),
        Describe(Width256.Name, VectorWidths.Has256, VectorWidths.Has256 ? "AVX2 and FMA" : "this processor lacks AVX2 or FMA, or they are switched off"),
        Describe(Width512.Name, VectorWidths.Has512, VectorWidths.Has512 ? "AVX-512" : "this processor lacks AVX-512, or it is switched off"),
    ];

    /// <summary>
    /// Opens a backend: <c>auto</c>, <c>reference</c>, <c>cpu</c> (widest vectors that pay here), <c>cpu:vector128</c>,
    /// <c>cpu:vector256</c>, <c>cpu:vector512</c>. Null: <see cref="EnvironmentVariable"/>, else <c>auto</c>.
    /// </summary>
    /// <exception cref="BackendUnavailableException">It is unknown or cannot run here; lists what was tried.</exception>
    public static Backend Open(string? name = null)
    {
        if (string.IsNullOrEmpty(name))
        {
            name = Environment.GetEnvironmentVariable(EnvironmentVariable);
        }

        name = string.IsNullOrEmpty(name) ? Automatic : name;
        if (name is Automatic or Cpu)
        {
            return Factories[$"{Cpu}:{VectorWidths.Best.Name}"]();
        }

        var backends = List();
        var known = backends.Select(info => $"{info.Name} ({info.Reason})").Prepend($"{Cpu}, {Automatic} ({VectorWidths.Best.Name})").ToArray();
        return backends.FirstOrDefault(info => info.Name == name) switch
        {
            null => throw new BackendUnavailableException(name, "no such backend", known),
            { Usable: false } missing => throw new BackendUnavailableException(name, missing.Reason, known),
            var usable => Factories[usable.Name](),
        };
    }

    private static BackendInfo Describe(string width, bool isUsable, string what)
    {
        var best = VectorWidths.Best;
        return new BackendInfo($"{Cpu}:{width}", isUsable, best.Name == width ? $"{what}; '{Cpu}' here: {best.Reason}" : what);
    }
}
