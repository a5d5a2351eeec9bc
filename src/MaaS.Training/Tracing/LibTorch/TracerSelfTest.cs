using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>Builds a small graph with the tracer's own functions and reads it back through memory reads that cannot
/// crash: a layout that does not fit is refused before anything rests on it.</summary>
internal sealed unsafe class TracerSelfTest : IDisposable
{
    /// <summary>Bytes that hold a <c>TracingState</c>, which takes 96 in libtorch 2.10.</summary>
    public const int StateBytes = 1024;

    // Longer than a C++ string keeps in place.
    private const string Mark = "maas::self_test_mark";
    private const int Sums = 60;

    private readonly LoadedLibTorch _library;
    private readonly TracerFunctions _functions;
    private readonly TracerLayout _layout;
    private readonly OwnMemory _memory = new();
    private readonly nint _state = (nint)NativeMemory.AllocZeroed(StateBytes);

    private TracerSelfTest(LoadedLibTorch library, TracerFunctions functions, TracerLayout layout)
    {
        (_library, _functions, _layout) = (library, functions, layout);
        functions.ConstructState(_state);
    }

    /// <summary>Tests a layout.</summary>
    /// <exception cref="TracingException">It does not fit; the message names the field.</exception>
    public static void Run(LoadedLibTorch library, TracerFunctions functions, TracerLayout layout)
    {
        using var scope = NewDisposeScope();
        using var test = new TracerSelfTest(library, functions, layout);
        test.Run();
    }

    public void Dispose()
    {
        _functions.DestructState(_state);
        NativeMemory.Free((void*)_state);
        _memory.Dispose();
    }

    private void Run()
    {
        // A graph holds a weak pointer to itself in its first two words.
        var graph = Word(_state, _layout.StateGraph, "TracingState.graph");
        Expect(
            Word(graph, 0, "Graph") == graph
            && Word(graph, sizeof(nint), "Graph")
                == Word(_state, _layout.StateGraph + sizeof(nint), "TracingState.graph"),
            "TracingState.graph");

        // The node list is a circle: last, return, parameters, first.
        var mark = _functions.CreateNode(_state, _functions.Symbol(Mark), 0);
        _functions.InsertNode(_state, mark);
        var returns = Next(mark);
        var parameters = Next(returns);
        Expect(
            Next(parameters) == mark && Previous(mark) == parameters && Previous(returns) == mark
                && Previous(parameters) == returns
            && parameters != returns,
            "Node.next_in_graph");

        var first = _functions.AddOutput(parameters);
        var second = _functions.AddOutput(parameters);
        var outputs = Word(parameters, _layout.NodeOutputs, "Node.outputs");
        Expect(
            Word(outputs, 0, "Node.outputs") == first && Word(outputs, sizeof(nint), "Node.outputs") == second
            && Word(parameters, _layout.NodeOutputs + sizeof(nint), "Node.outputs") == outputs + 2 * sizeof(nint),
            "Node.outputs");

        var last = AddSums(first, second);
        var constant = AddSort(last, returns);
        CheckKinds(parameters, returns);
        CheckText(graph);
        CheckTensor(constant);
    }

    // x + y·0, that + y·1 and so on: a text of more than 4,096 bytes.
    private nint AddSums(nint first, nint second)
    {
        var add = _functions.Symbol("aten::add");
        var addInteger =
            (delegate* unmanaged<nint, byte*, long, void>)_library.Export(TracerExports.Of(_library.Abi).AddInteger);
        byte noName = 0;
        for (var i = 0; i < Sums; i++)
        {
            var node = _functions.CreateNode(_state, add, 1);
            _functions.AddInput(node, first);
            _functions.AddInput(node, second);
            addInteger(node, &noName, -i);
            _functions.InsertNode(_state, node);
            first = FirstOutput(node);
        }

        return first;
    }

    // Constants of every kind that is read, and the second of two results returned.
    private nint AddSort(nint value, nint returns)
    {
        var names = TracerExports.Of(_library.Abi);
        var addReal = (delegate* unmanaged<nint, byte*, double, void>)_library.Export(names.AddReal);
        var addFlag = (delegate* unmanaged<nint, byte*, byte, void>)_library.Export(names.AddFlag);
        byte noName = 0;
        var sort = _functions.CreateNode(_state, _functions.Symbol("aten::sort"), 2);
        _functions.AddInput(sort, value);
        addReal(sort, &noName, 0.1);
        addReal(sort, &noName, double.NaN);
        addFlag(sort, &noName, 1);
        using var sample = tensor(1.25f, device: CPU);
        nint constant;
        _functions.SetTracingState(_state);
        try
        {
            constant = _functions.ConstantValue(_state, sample.Handle);
        }
        finally
        {
            _functions.SetTracingState(0);
        }

        _functions.AddInput(sort, constant);
        _functions.InsertNode(_state, sort);
        _functions.AddInput(
            returns, Word(Word(sort, _layout.NodeOutputs, "Node.outputs"), sizeof(nint), "Node.outputs"));
        return constant;
    }

    private void CheckKinds(nint parameters, nint returns)
    {
        string[] kinds =
        [
            Mark, .. Enumerable.Repeat<string[]>(["prim::Constant", "aten::add"], Sums).SelectMany(static pair => pair),
            .. Enumerable.Repeat("prim::Constant", 4), "aten::sort",
        ];
        var node = Next(parameters);
        var schema = "";
        foreach (var kind in kinds)
        {
            Expect(
                node != returns && (uint)Word(node, _layout.NodeKind, "Node.kind") == _functions.Symbol(kind),
                "Node.kind");
            if (kind == "aten::add" && schema.Length == 0)
            {
                schema = _functions.Schema(node) is var known and not 0 ? _functions.SchemaText(known) : "none";
            }

            node = Next(node);
        }

        Expect(node == returns, "Node.next_in_graph");
        const string Expected = "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor";
        Expect(schema == Expected, $"the schema of aten::add reads {schema}, expected {Expected}");
    }

    private void CheckText(nint graph)
    {
        var expected = new StringBuilder("graph(%0 : Tensor,\n      %1 : Tensor):\n   = ").Append(Mark).Append("()\n");
        var (input, value) = (0, 2);
        for (var i = 0; i < Sums; i++, value += 2)
        {
            expected.Append(CultureInfo.InvariantCulture, $"  %{value + 1} : int = prim::Constant[value={-i}]()\n");
            expected.Append(
                CultureInfo.InvariantCulture, $"  %{value} : Tensor = aten::add(%{input}, %1, %{value + 1})\n");
            input = value;
        }

        // Two results of sort, then its constants in order.
        expected.Append(
            CultureInfo.InvariantCulture, $"  %{value + 2} : float = prim::Constant[value=0.10000000000000001]()\n");
        expected.Append(CultureInfo.InvariantCulture, $"  %{value + 3} : float = prim::Constant[value=NAN]()\n");
        expected.Append(CultureInfo.InvariantCulture, $"  %{value + 4} : bool = prim::Constant[value=1]()\n");
        expected.Append(
            CultureInfo.InvariantCulture,
                $"  %{value + 5} : Float(requires_grad=0, device=cpu) = prim::Constant[value={{1.25}}]()\n");
        expected.Append(
            CultureInfo.InvariantCulture,
            $"  %{value} : Tensor, %{value + 1} : Tensor = aten::sort(%{input}, %{value + 2}, %{value + 3}, "
                + $"%{value + 4}, %{value + 5})\n");
        expected.Append(CultureInfo.InvariantCulture, $"  return (%{value + 1})\n");

        // C's libraries spell NaN in several ways.
        var text = _functions.GraphText(graph);
        foreach (var spelling in (string[])["-nan(ind)", "nan(ind)", "-nan", "nan"])
        {
            text = text.Replace($"[value={spelling}]", "[value=NAN]", StringComparison.Ordinal);
        }

        Expect(text == expected.ToString(), $"the text of a graph reads\n{text}expected\n{expected}");
    }

    private void CheckTensor(nint value)
    {
        var taken = _functions.TakeConstantTensor(value);
        Expect(taken != 0, "std::optional<c10::IValue>");
        using var tensor = TensorHandles.Adopt(taken, _functions);
        Expect(tensor.dtype == ScalarType.Float32 && tensor.item<float>() == 1.25f, "a tensor constant");
    }

    private nint FirstOutput(nint node) => Word(Word(node, _layout.NodeOutputs, "Node.outputs"), 0, "Node.outputs");

    private nint Next(nint node) => Word(node, _layout.NodeNext, "Node.next_in_graph");

    private nint Previous(nint node) => Word(node, _layout.NodeNext + sizeof(nint), "Node.next_in_graph");

    private nint Word(nint address, int offset, string field) => _memory.Word(address, offset, field);

    private void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new TracingException(
                $"libtorch {_library.Version} at {_library.Path} is laid out in another way than MaaS knows: {what}. "
                + "Reference TorchSharp's own libtorch package");
        }
    }
}
