using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels.Tests;

/// <summary>Every version, built directly: .NET computes registers that this processor lacks with narrower ones.</summary>
internal static class Versions
{
    public static Backend Reference() => new ReferenceBackend();

    public static Backend Vector128() => CpuBackend.Create<Width128, Vector128<float>>();

    public static Backend Vector256() => CpuBackend.Create<Width256, Vector256<float>>();

    public static Backend Vector512() => CpuBackend.Create<Width512, Vector512<float>>();
}
