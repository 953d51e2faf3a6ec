using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace NativeSparse.Kernels;

/// <summary>
/// Whether products at bfloat16 and int8 run on tensor cores: on CUDA devices from SM_80 on, where a switch that is off by default asks for it,
/// as no device has run these kernels yet.
/// </summary>
internal static class TensorCores
{
    /// <summary>Environment variable: 1 to use them.</summary>
    public const string Variable = "NATIVESPARSE_CUDA_TENSOR";

    /// <summary>What reports call matrices that run there.</summary>
    public const string VersionName = "ilgpu-tensor";

    public static bool AreUsed(Accelerator accelerator) => accelerator is CudaAccelerator cuda && AreUsed(cuda.Architecture);

    public static bool AreUsed(CudaArchitecture? architecture) => AreUsed(architecture, Environment.GetEnvironmentVariable(Variable));

    /// <param name="architecture">The device's, or null.</param>
    /// <param name="setting">What <see cref="Variable"/> says.</param>
    public static bool AreUsed(CudaArchitecture? architecture, string? setting) => architecture >= CudaArchitecture.SM_80 && setting == "1";

    /// <summary>Whether a precision's products run there.</summary>
    public static bool Have(Precision precision) => precision is Precision.BFloat16 or Precision.Int8;
}
