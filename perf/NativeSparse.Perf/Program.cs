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

BenchmarkSwitcher.FromAssembly(typeof(RecordCommand).Assembly).Run(args);
return 0;
