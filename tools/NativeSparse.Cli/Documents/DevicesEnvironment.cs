namespace NativeSparse.Cli.Documents;

/// <summary>The machine as <c>devices</c> sees it.</summary>
/// <param name="Cpu">Name of the processor.</param>
/// <param name="Processors">Logical processors that this process may use.</param>
/// <param name="OnnxRuntime">Version of ONNX Runtime.</param>
/// <param name="Auto">The backend that <c>auto</c> opens.</param>
internal sealed record DevicesEnvironment(string Cpu, int Processors, string OnnxRuntime, string Auto);
