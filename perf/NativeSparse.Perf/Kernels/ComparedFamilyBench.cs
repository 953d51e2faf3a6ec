using BenchmarkDotNet.Attributes;

namespace NativeSparse.Perf;

/// <summary>A family that ONNX Runtime has dense work for: float32 as exporters write it, dynamic int8 as its quantizer does, MatMulNBits for int4.</summary>
public abstract class ComparedFamilyBench : KernelFamilyBench
{
    [GlobalSetup(Target = nameof(OnnxRuntimeFloat32))]
    public void SetUpOnnxRuntimeFloat32() => SetUp((problem, _) => problem.Float32Baseline);

    [Benchmark]
    public void OnnxRuntimeFloat32() => Run();

    [GlobalSetup(Target = nameof(OnnxRuntime))]
    public void SetUpOnnxRuntime() => SetUp((problem, _) => problem.Baseline);

    /// <summary>At the same precision; left out where that is float32.</summary>
    [Benchmark]
    public void OnnxRuntime() => Run();
}
