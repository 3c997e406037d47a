# A table as an application would declare it: index, expiry, tags.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "region" { type = string }
variable "table" { type = string }
variable "owner" { type = string }

provider "aws" {
  region                      = var.region
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true

  endpoints {
    dynamodb = var.endpoint
  }
}

resource "aws_dynamodb_table" "orders" {
  name         = var.table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "customer"
  range_key    = "placed"

  attribute {
    name = "customer"
    type = "S"
  }
  attribute {
    name = "placed"
    type = "N"
  }
  attribute {
    name = "status"
    type = "S"
  }

  global_secondary_index {
    name               = "by-status"
    hash_key           = "status"
    range_key          = "placed"
    projection_type    = "INCLUDE"
    non_key_attributes = ["total"]
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  tags = {
    project = "conformance"
    owner   = var.owner
  }
}

output "arn" {
  value = aws_dynamodb_table.orders.arn
}
