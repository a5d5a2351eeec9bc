using System.Security.Cryptography;
using System.Text;
using MaaS.Training.Tests.Tracing;
using MaaS.Training.Tests.Tracing.LibTorch;
using MaaS.Training.Tracing;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

// Traces every case and writes a digest of what was recorded, one line a case, so that two systems can be compared.
using var noGrad = no_grad();
foreach (var row in LayerCases.All().Concat(OperatorCases.All()).Concat(ConstantCases.All()))
{
    using var scope = NewDisposeScope();
    var seen = OperatorRecorder.Record(() => row.Forward(row.Inputs)).Count(static op => op.Depth == 0);
    using var session = TracingSession.Begin(row.All);
    session.Return(row.Forward(row.Inputs));
    session.Stop();
    var recorded = session.Read();
    var text = new StringBuilder(
        recorded.Text.Replace("-nan(ind)", "nan", StringComparison.Ordinal).Replace(
        "-nan", "nan", StringComparison.Ordinal));
    foreach (var schema in recorded.Schemas)
    {
        text.Append(schema?.Overload).Append('(').AppendJoin(',', schema?.Arguments ?? []).Append(')').Append(
            schema?.Writes);
    }

    var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    Console.WriteLine($"case {row.Name} {digest} operators {seen} constants {recorded.Constants.Count}");
}

return WrongOffset.TryAll();
