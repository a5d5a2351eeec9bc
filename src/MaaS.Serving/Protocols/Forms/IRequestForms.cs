using System.Text.Json;

namespace MaaS.Serving.Protocols.Forms;

/// <summary>The forms that an interface takes.</summary>
internal interface IRequestForms
{
    /// <summary>The forms, for errors, as <c>'instances' or 'inputs'</c>.</summary>
    string Expected { get; }

    /// <summary>The form that a member of the request's object begins; null for another member.</summary>
    RequestForm? Of(in Utf8JsonReader member);

    /// <summary>Reads the inputs.</summary>
    /// <param name="reader">On the first token of the member's value; on its last afterwards.</param>
    /// <param name="json">The body.</param>
    /// <param name="form">What <see cref="Of"/> said.</param>
    /// <returns>The form that the answer has.</returns>
    RequestForm Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestForm form);
}
