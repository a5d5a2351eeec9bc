namespace MaaS.Benchmarks.Serving;

/// <summary>An endpoint and what is posted to it.</summary>
/// <param name="Name">Name in the tables.</param>
/// <param name="Server">Who answers.</param>
/// <param name="Path">Where.</param>
/// <param name="Body">File that is posted.</param>
/// <param name="Headers">As <c>Name:value</c>.</param>
internal sealed record Target(string Name, Server Server, string Path, string Body, params string[] Headers);
