// Traces forwards and writes what libtorch recorded of each: MaaS.Traces FOLDER. eng/wine.sh compares two systems with
// it.
using MaaS.Traces;
using MaaS.Training.Tracing;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

var folder = Directory.CreateDirectory(args[0]).FullName;
manual_seed(1);
foreach (var forward in Networks.All().Concat(Operators.All()))
{
    File.WriteAllText(Path.Combine(folder, $"{forward.Name}.txt"), Record(forward));
}

var wrong = WrongLayouts().ToList();
File.WriteAllText(Path.Combine(folder, "refused-layouts.txt"), $"{wrong.Count(IsRefused)} of {wrong.Count}\n");

// The graph, what each node calls, and the constants' elements.
static string Record(Forward forward)
{
    using var scope = NewDisposeScope();
    using var noGradient = no_grad();
    forward.Module?.eval();
    Tensor[] weights = forward.Module is { } module ? [.. module.parameters(), .. module.buffers()] : [];
    using var session = TracingSession.Begin([.. forward.Inputs, .. weights]);
    session.Return(forward.Run(forward.Inputs));
    session.Stop();
    var graph = session.Read();
    var constants = graph.Constants.Select(static c => Convert.ToHexString(c.cpu().contiguous().bytes));
    return string.Join(
        '\n',
        [graph.Text, .. graph.Schemas.Select(Signature), string.Join(',', graph.InputPositions), .. constants, ""]);
}

static string Signature(OperatorSchema? schema)
    => schema is null
        ? "-" : $"{schema.Overload}({string.Join(", ", schema.Arguments)}){(schema.Writes ? " writes" : "")}";

// Each offset moved by a few words, as another version of libtorch might have it.
static IEnumerable<TracerLayout> WrongLayouts()
{
    var right = LibTorchTracer.Current.Layout;
    foreach (var by in (int[])[-16, -8, -4, 4, 8, 16, 24, 32])
    {
        yield return right with { StateGraph = right.StateGraph + by };
        yield return right with { NodeKind = right.NodeKind + by };
        yield return right with { NodeOutputs = right.NodeOutputs + by };
        yield return right with { NodeNext = right.NodeNext + by };
    }
}

static bool IsRefused(TracerLayout layout)
{
    var library = LoadedLibTorch.Find();
    try
    {
        TracerSelfTest.Run(library, new TracerFunctions(library), layout);
        return false;
    }
    catch (TracingException)
    {
        return true;
    }
}
