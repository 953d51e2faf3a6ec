using System.Runtime.InteropServices;
using System.Text;
using NativeSparse.Cli;

using var cancellation = new CancellationTokenSource();

void Cancel(PosixSignalContext context)
{
    // The second signal is not held back: a person who insists gets the default behaviour.
    if (!cancellation.IsCancellationRequested)
    {
        context.Cancel = true;
        cancellation.Cancel();
    }
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Cancel);
if (Console.OutputEncoding is not UTF8Encoding)
{
    Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
}

return await CommandLine.RunAsync(args, Terminal.Process(), cancellation.Token).ConfigureAwait(false);
