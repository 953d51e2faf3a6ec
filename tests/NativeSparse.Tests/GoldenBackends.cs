using NativeSparse.Kernels;

namespace NativeSparse.Tests;

/// <summary>Where reference vectors are checked: everywhere but on the simulated device, which takes minutes for whole layers and whose kernels the families' contracts check.</summary>
internal static class GoldenBackends
{
    private const string Simulator = "ilgpu-cpu";

    public static IEnumerable<string> Names => BackendCatalog.List().Where(backend => backend.Usable && backend.Name != Simulator).Select(backend => backend.Name);
}
