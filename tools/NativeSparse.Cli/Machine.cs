using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace NativeSparse.Cli;

/// <summary>What answers say about the machine they were measured on.</summary>
internal static class Machine
{
    private const string LinuxCpuInfo = "/proc/cpuinfo";

    /// <summary>Name of the processor.</summary>
    public static string Cpu { get; } = FindCpu();

    /// <summary>Version of ONNX Runtime.</summary>
    public static string OnnxRuntime => OrtEnv.Instance().GetVersionString();

    private static string FindCpu()
    {
        if (File.Exists(LinuxCpuInfo))
        {
            var line = File.ReadLines(LinuxCpuInfo).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
            if (line is not null)
            {
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
