using System.Text.Json.Serialization;

namespace MaaS.Text.Cleaning;

/// <summary>Personal data that can be told by how it is written.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PersonalDataKind>))]
public enum PersonalDataKind
{
    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>An international bank account number whose check digits are right.</summary>
    Iban,

    /// <summary>A number of 13 to 19 digits that passes the Luhn check of payment cards.</summary>
    Card,

    /// <summary>An IP address of version 4 or 6.</summary>
    IpAddress,

    /// <summary>A telephone number.</summary>
    Phone,
}
