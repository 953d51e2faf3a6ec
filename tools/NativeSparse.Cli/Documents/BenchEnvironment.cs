namespace NativeSparse.Cli.Documents;

/// <summary>Where times were taken.</summary>
/// <param name="Cpu">Name of the processor.</param>
/// <param name="Threads">Threads of the sessions.</param>
/// <param name="Backend">Where our kernels ran.</param>
/// <param name="OnnxRuntime">Version of ONNX Runtime.</param>
internal sealed record BenchEnvironment(string Cpu, int Threads, string Backend, string OnnxRuntime);
