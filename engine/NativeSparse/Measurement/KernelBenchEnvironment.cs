namespace NativeSparse.Measurement;

/// <summary>Where kernels were measured.</summary>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Cores">Logical processors.</param>
/// <param name="Threads">Threads used.</param>
/// <param name="Backend">The backend that is chosen automatically.</param>
/// <param name="PeakGflops">Measured float32 multiply-add peak of one core.</param>
/// <param name="ReadGBs">Measured read bandwidth of one core.</param>
/// <param name="OnnxRuntime">ONNX Runtime's version.</param>
/// <param name="Runtime">.NET's version.</param>
public sealed record KernelBenchEnvironment(
    string Cpu, int Cores, int Threads, string Backend, double PeakGflops, double ReadGBs, string OnnxRuntime, string Runtime);
