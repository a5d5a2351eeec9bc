namespace MaaS.Benchmarks.Generation;

/// <summary>A way to continue texts of several clients with one model.</summary>
internal interface ITextWay : IDisposable
{
    /// <summary>What the table calls it.</summary>
    string Name { get; }

    /// <summary>Continues a prompt greedily; may be called while others are under way.</summary>
    /// <param name="prompt">Tokens, none of them special.</param>
    /// <param name="count">Tokens to write.</param>
    IAsyncEnumerable<long> WriteAsync(long[] prompt, int count);
}
