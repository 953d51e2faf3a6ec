namespace NativeSparse.Perf;

/// <summary>Where a demo ran.</summary>
internal sealed record ReadmeDemoEnvironment(string Cpu, int Threads, string Backend, string OnnxRuntime);
