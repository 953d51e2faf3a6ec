using BenchmarkDotNet.Running;
using NativeSparse.Perf;

if (args is ["record", ..])
{
    return RecordCommand.Run(args[1..]);
}

if (args is ["readme", ..])
{
    return ReadmeCommand.Run(args[1..]);
}

if (args is ["ptx", ..])
{
    return PtxCommand.Run(args[1..], Console.Out);
}

if (args is [] or ["--help" or "-h"])
{
    Console.WriteLine("record: measures the standard cases and writes them under perf/results. readme: writes the records into README.md.");
    Console.WriteLine("ptx: counts the instructions of the device kernels as they are compiled for NVIDIA's devices; needs none.");
    Console.WriteLine("Everything else goes to BenchmarkDotNet, such as --list flat or --filter '*Dense*'.");
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(RecordCommand).Assembly).Run(args);
return 0;
