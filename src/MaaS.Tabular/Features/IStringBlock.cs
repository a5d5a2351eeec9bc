using MaaS.Onnx;

namespace MaaS.Tabular.Features;

/// <summary>The features of a column of strings, fitted.</summary>
internal interface IStringBlock
{
    /// <summary>The column.</summary>
    string Column { get; }

    /// <summary>What the features are called.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The features of a cell; null is a missing one.</summary>
    void Fill(string? cell, Span<double> features);

    /// <summary>The same in ONNX.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="input">(N), string; an empty text is a missing cell.</param>
    /// <returns>(N, features), float64.</returns>
    string Write(GraphBuilder graph, string input);
}
